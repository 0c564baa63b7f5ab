using Aigc.Models.Training;
using Aigc.Trainer.Classifying;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Tests.Classifying;

public sealed class LabelledDataTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("aigc-labelled-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void With_a_test_split_thresholds_come_from_validation_and_figures_from_test()
    {
        var data = Read(["{\"text\":\"a\",\"labels\":[\"x\"]}"], ["{\"text\":\"b\",\"labels\":[]}"], ["{\"text\":\"c\",\"labels\":[\"x\"],\"source\":\"recipe/m/x\"}"]);
        Assert.Equal(("test", "b", "c"), (data.Split, Assert.Single(data.Chosen).Text, Assert.Single(data.HeldOut).Text));
        Assert.True(data.HeldOut[0].Generated);
        Assert.False(data.Chosen[0].Generated);
    }

    [Fact]
    public void Without_one_the_families_of_validation_are_divided_and_every_label_is_measured()
    {
        var validation = Enumerable.Range(0, 40).Select(n => $$"""{"text":"text {{n}}","labels":[{{(n % 10 < 5 ? "\"x\"" : "")}}],"group":"g{{n / 5}}"}""");
        var data = Read(["{\"text\":\"a\",\"labels\":[\"x\"]}"], validation);
        Assert.Equal("validation", data.Split);
        Assert.Equal((20, 20), (data.Chosen.Count, data.HeldOut.Count));
        Assert.Empty(data.Chosen.Select(row => row.Group).Intersect(data.HeldOut.Select(row => row.Group)));
        Assert.Equal(10, data.Chosen.Count(row => row.Labels.Count > 0));
        Assert.Equal(data.HeldOut, Read(["{\"text\":\"a\",\"labels\":[\"x\"]}"], validation).HeldOut, Same);
    }

    [Fact]
    public void What_was_learned_is_not_measured()
    {
        var data = Read(
            ["{\"text\":\"Stupid you!\",\"labels\":[\"x\"],\"group\":\"g\"}"],
            ["{\"text\":\"b\",\"labels\":[]}", "{\"text\":\"other\",\"labels\":[],\"group\":\"g\"}"],
            ["{\"text\":\"stupid  YOU\",\"labels\":[\"x\"]}", "{\"text\":\"b!\",\"labels\":[\"x\"]}", "{\"text\":\"new\",\"labels\":[\"x\"]}"]);
        Assert.Equal("new", Assert.Single(data.HeldOut).Text);
        Assert.Equal(3, data.Seen);
    }

    [Fact]
    public void Rows_without_labels_are_left_out_and_counted()
    {
        var data = Read(["{\"text\":\"a\",\"labels\":[\"x\"]}", "{\"text\":\"p\"}", "{\"text\":\"q\",\"labels\":null}"], ["{\"text\":\"b\",\"labels\":[\"x\"]}"], ["{\"text\":\"c\",\"labels\":[\"x\"]}"]);
        Assert.Equal((1, 2), (data.Train.Count, data.Unlabelled));
    }

    [Theory]
    [InlineData("{\"text\":\"a\"}", "{\"text\":\"b\",\"labels\":[\"x\"]}", "dataset_without_labels", "\"labels\"")]
    [InlineData("{\"text\":\"a\",\"labels\":[]}", "{\"text\":\"b\",\"labels\":[]}", "dataset_without_labels", "empty")]
    [InlineData("", "{\"text\":\"b\",\"labels\":[]}", "dataset_empty", "training")]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\"]}", "", "validation_empty", "validation")]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\"]}", "{\"text\":\"b\",\"labels\":[]}\n{\"text\":\"c\",\"labels\":[]}", "validation_empty", "label")]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\"]}", "{\"text\":\"b\",\"labels\":[\"y\"]}", "label_not_in_training", "\"y\"")]
    [InlineData("{\"text\":\"a\",\"labels\":\"x\"}", "{\"text\":\"b\",\"labels\":[]}", "dataset_unreadable", "line 1")]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\"]}\n{\"text\":\"a\",\"labels\":[1]}", "{\"text\":\"b\",\"labels\":[]}", "dataset_unreadable", "line 2")]
    public void What_cannot_be_learned_from_is_refused_by_code(string train, string validation, string code, string said)
    {
        var refused = Assert.Throws<TrainerException>(() => Read([train], [validation]));
        Assert.Equal(code, refused.Code);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    static bool Same(LabelledRow one, LabelledRow other) => one.Text == other.Text;

    LabelledData Read(IEnumerable<string> train, IEnumerable<string> validation, IEnumerable<string>? test = null) => LabelledData.Read(
        new TrainerJob
        {
            Name = "c",
            Tier = "small",
            Shape = "",
            Seconds = 1,
            Seed = 1,
            Threads = 1,
            Train = [Rows("train", train)],
            Validation = [Rows("validation", validation)],
            Test = test is null ? [] : [Rows("test", test)],
            Lineage = new() { Dataset = "d", DatasetDigest = new string('a', 64), RunId = Guid.Empty },
        },
        _ => { });

    string Rows(string name, IEnumerable<string> rows)
    {
        var path = Path.Combine(folder.FullName, name + ".jsonl");
        File.WriteAllLines(path, rows);
        return path;
    }
}
