using Aigc.DataSupply.Languages;

namespace Aigc.DataSupply.Tests.Languages;

public sealed class LanguageIdentifierTests
{
    /// <summary>Sentences the profiles were not made from: every fifth paragraph of each declaration.</summary>
    private static readonly (string Language, string Text)[] HeldOut =
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Languages", "held-out.txt")).Select(line => (line.Split('\t')[0], line.Split('\t')[1]))];

    [Fact]
    public void Nineteen_of_twenty_unseen_sentences_are_named_right()
    {
        var right = HeldOut.Count(sentence => LanguageIdentifier.Shared.Identify(sentence.Text).Language == sentence.Language);

        TestContext.Current.TestOutputHelper?.WriteLine($"{right} of {HeldOut.Length}");
        Assert.True(right >= HeldOut.Length * 0.95, $"{right} of {HeldOut.Length}");
    }

    [Theory]
    [InlineData("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。", "ja")]
    [InlineData("人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。", "zh")]
    [InlineData("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.", "ko")]
    [InlineData("Все люди рождаются свободными и равными в своем достоинстве и правах.", "ru")]
    [InlineData("Всі люди народжуються вільними і рівними у своїй гідності та правах.", "uk")]
    [InlineData("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.", "el")]
    [InlineData("يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.", "ar")]
    [InlineData("כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.", "he")]
    [InlineData("มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ", "th")]
    [InlineData("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।", "hi")]
    public void Scripts_name_their_languages(string text, string language)
    {
        Assert.Equal(language, LanguageIdentifier.Shared.Identify(text).Language);
    }

    [Fact]
    public void A_text_of_two_languages_has_the_confidence_of_its_larger_part()
    {
        var german = string.Join(' ', HeldOut.Where(sentence => sentence.Language == "de").Select(sentence => sentence.Text));
        var english = string.Join(' ', HeldOut.Where(sentence => sentence.Language == "en").Select(sentence => sentence.Text))[..(german.Length * 2 / 3)];

        var guess = LanguageIdentifier.Shared.Identify(german + " " + english);

        Assert.Equal("de", guess.Language);
        Assert.InRange(guess.Confidence, 0.45, 0.75);
    }

    [Fact]
    public void Names_of_program_text_do_not_make_English_foreign()
    {
        var guess = LanguageIdentifier.Shared.Identify("The IModelBinderProvider returns a ByteArrayModelBinder for the given ModelBinderProviderContext when the type of the model is a byte array.");

        Assert.Equal("en", guess.Language);
        Assert.True(guess.Confidence >= LanguageIdentifier.Threshold);
    }

    [Fact]
    public void Text_without_letters_has_no_language()
    {
        Assert.Equal(new("und", 0), LanguageIdentifier.Shared.Identify("12 345 – 67!"));
    }
}
