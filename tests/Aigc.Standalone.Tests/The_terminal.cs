using Aigc.Contracts.ModelTraining;
using Aigc.Standalone.Terminal;

namespace Aigc.Standalone.Tests;

public sealed class The_terminal
{
    [Theory]
    [InlineData(2.34, "2.3 s")]
    [InlineData(75, "1:15 min")]
    [InlineData(3723, "1:02:03 min")]
    public void Writes_times_as_people_read_them(double seconds, string text) => Assert.Equal(text, Figures.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(2048, "2 kB")]
    [InlineData(3L << 20, "3.0 MB")]
    [InlineData(5L << 29, "2.50 GB")]
    public void Writes_bytes_as_people_read_them(double bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Fact]
    public void Draws_a_falling_loss_as_falling_blocks()
    {
        var line = LossPlot.Line([.. Enumerable.Range(0, 8).Select(i => new LossPoint { Step = i, Loss = 8 - i })], width: 8);

        Assert.StartsWith("█▇▆▅▄▃▂▁", line, StringComparison.Ordinal);
        Assert.EndsWith("8.00 → 1.00", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_the_loss_curve_as_a_picture()
    {
        var folder = Directory.CreateTempSubdirectory("aigc-plot-");
        try
        {
            var path = Path.Combine(folder.FullName, "plots", "loss.png");

            LossPlot.WritePicture([new LossPoint { Step = 0, Loss = 8 }, new LossPoint { Step = 10, Loss = 5 }], "loss", path);

            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(path)[..4]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
