namespace Aigc.Models.Tests.Text;

/// <summary>Texts of many scripts and of none, on which tokenizers are compared.</summary>
internal static class TokenizerTexts
{
    public static readonly string[] All =
    [
        "",
        " ",
        "  a",
        "a  ",
        "\n",
        "Hello world, the quick brown fox jumps over the lazy dog.",
        "Returns the NUMBER of elements; don't we'll I'VE it'S they're 'tis",
        "for(int i=0;i<n;++i){a[i]+=b[i]*2;} // TODO:\n\tif (x > 0)\n\t\treturn x;\n        else {}\n",
        "   \t\t  \n\n\n \r\n \r  x    y        z",
        "1 12 123 1234 12345 1,234,567.89 3.14159 0xFF 9999",
        "٣٤ ⅓ 10² Ⅷ",
        "你好世界，这是一个测试。日本語のテキストを処理します。カタカナ",
        "한국어 텍스트를 처리합니다. 안녕하세요",
        "مرحبا بالعالم هذا نص عربي، مع أرقام ١٢٣ שלום עולם",
        "Привет, мир! Это проверка. Ё ΣΑΣ",
        "नमस्ते दुनिया यह एक परीक्षण है สวัสดีชาวโลก",
        "naïve café résumé Ångström Straße Übung",
        "e\u0301a\u0300\u0323o\u0308\u0304 q\u0307\u0323 cafe\u0301",
        "👨‍👩‍👧‍👦👍🏽🇩🇪🏳️‍🌈❤️🙂😀abc😀def🙂1",
        "𝐀𝐁𝐜 𠀀𠀁漢 𐐀𐐨",
        "\u0001\u0007\u001b[0m\u007f\u200d\u00ad",
        "a\u00a0b\u3000c\u2003d",
        "▁ ▁▁a Ġ Ċ <0x0A> ##ing",
        "jumps! jumps special specialised Straße9999 the jumps!",
        "<tool_call>x</tool_call> <|user|> \n hello",
        "The value is the one that was set before.\nGets or sets the value of the property.\n\n",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "thethethethethethethethethethethethethethethe the",
        "https://example.org/a-b_c?d=e&f=%20#g user@example.org C:\\temp\\x.txt",
        "ﬁ ﬂ ½ ² ① ™ … ｆｕｌｌ　ｗｉｄｔｈ",
    ];
}
