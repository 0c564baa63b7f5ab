using Aigc.Trainer.Classifying;

namespace Aigc.Trainer.Tests.Classifying;

public sealed class ClassifierFiguresTests
{
    [Fact]
    public void Average_precision_is_what_scikit_learn_says()
    {
        // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) = 0.8333…, the example of its documentation.
        Assert.Equal(0.8333, Figures.AveragePrecision([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]), 1e-4);
        Assert.Equal(0.5, Figures.AveragePrecision([(0.3, true), (0.3, false)]));
        Assert.Equal(0, Figures.AveragePrecision([(0.3, false)]));
    }

    [Fact]
    public void A_threshold_lies_in_the_middle_of_the_gap_that_gives_the_largest_f1()
    {
        Assert.Equal(0.5, Figures.BestThreshold([(0.8, true), (0.7, true), (0.3, false), (0.1, false)]), 1e-9);
        // One that has it scores low: finding it would cost more than it gives.
        Assert.Equal(0.65, Figures.BestThreshold([(0.9, true), (0.8, true), (0.5, false), (0.5, false), (0.5, false), (0.4, true)]), 1e-9);
        Assert.Equal(0.45, Figures.BestThreshold([(0.9, true), (0.8, false), (0.6, true), (0.3, false)]), 1e-9);
    }

    [Fact]
    public void Where_no_row_has_a_label_its_threshold_is_one_half_and_it_is_never_0_or_1()
    {
        Assert.Equal(0.5, Figures.BestThreshold([(0.9, false)]));
        Assert.InRange(Figures.BestThreshold([(1, true), (1, true)]), 0.4, 0.999);
        Assert.InRange(Figures.BestThreshold([(0, true)]), 0.001, 0.5);
    }

    [Fact]
    public void Precision_and_recall_of_nothing_are_0()
    {
        Assert.Equal(new(0, 0), Figures.Score([(false, true), (false, false)]));
        Assert.Equal(0, Figures.Score([(false, true)]).F1);
        var half = Figures.Score([(true, true), (true, false), (false, true), (true, true)]);
        Assert.Equal((2 / 3.0, 2 / 3.0), (half.Precision, half.Recall));
        Assert.Equal(2 / 3.0, half.F1, 1e-9);
    }

    [Fact]
    public void The_word_list_has_the_n_gram_that_alone_tells_a_label_apart_best()
    {
        LabelledRow[] rows = [Row("red fox runs", "fox"), Row("a red fox", "fox"), Row("red car"), Row("a fox hole sign"), Row("red fox again", "fox")];
        var words = WordList.Learn(rows, ["fox"], [1, 2]);
        Assert.Equal("red fox", words[0]);
        Assert.True(words.Says(0, Row("my red fox")));
        Assert.False(words.Says(0, Row("red foxes")));
    }

    static LabelledRow Row(string words, params string[] labels) => new(words, words, labels, words, false);
}
