using Aigc.Annotation.Agreement;
using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Tests.Agreement;

public sealed class Agreement_on_spans_and_texts
{
    [Fact]
    public void Counts_equal_spans_and_shared_characters()
    {
        // Of 2 and 3 spans one is the same: F1 = 2·1/5. Of 10 and 15 characters under the same label 5 and 3 are shared: 2·8/25.
        IReadOnlyList<LabelledSpan> one = [new(0, 5, "PER"), new(10, 15, "LOC")];
        IReadOnlyList<LabelledSpan> other = [new(0, 5, "PER"), new(12, 17, "LOC"), new(20, 25, "LOC")];

        var report = SpanAgreement.Of([[one, other]]);

        Assert.Equal((0.4, 0.64, 0), (report["span-f1"], report["character-f1"], report["share-agreed"]));
    }

    [Fact]
    public void Is_none_under_other_labels_and_whole_where_nobody_marked_anything()
    {
        Assert.Equal(0, SpanAgreement.Of([[[new(0, 5, "PER")], [new(0, 5, "LOC")]]])["character-f1"]);
        Assert.Equal(1, SpanAgreement.Of([[[], []]])["span-f1"]);
        Assert.Empty(SpanAgreement.Of([[[new(0, 5, "PER")]]]));
    }

    [Fact]
    public void Does_not_depend_on_the_order_of_annotators()
    {
        IReadOnlyList<LabelledSpan> a = [new(0, 5, "PER")], b = [new(0, 4, "PER")], c = [];
        Assert.Equal(SpanAgreement.Of([[a, b, c]]), SpanAgreement.Of([[c, a, b]]));
    }

    [Fact]
    public void Of_texts_is_told_word_for_word_and_normalised()
    {
        var report = TextAgreement.Of([[("Yes", "yes"), ("yes", "yes")], [("No", "no"), ("No", "no")], [("A", "a"), ("B", "b")], [("alone", "alone")]]);
        Assert.Equal((Math.Round(1 / 3.0, 6), Math.Round(2 / 3.0, 6)), (report["share-identical"], report["share-agreed"]));
    }
}
