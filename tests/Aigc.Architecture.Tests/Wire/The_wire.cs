namespace Aigc.Architecture.Tests.Wire;

public sealed class The_wire
{
    private const string Accept = "AIGC_ACCEPT_WIRE";

    private static readonly string Snapshot = Path.Combine(Repository.Root, "tests", "Aigc.Architecture.Tests", "Wire", "contracts.txt");

    [Fact]
    public async Task Has_the_shape_that_is_checked_in()
    {
        var now = WireShape.Describe(Repository.Contracts);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            await File.WriteAllTextAsync(Snapshot, now);
        }

        var before = File.Exists(Snapshot) ? await File.ReadAllTextAsync(Snapshot) : "";
        var changes = WireChanges.Between(before, now);

        Assert.True(changes.Breaking.Count == 0, $"""
            These changes break messages that are under way, or programs that speak to us:
            {string.Join('\n', changes.Breaking)}
            Add an optional property beside the old one instead. If nobody can have such a message yet, accept: run this test with {Accept}=1.
            """);
        Assert.True(changes.Additive.Count == 0, $"""
            The wire has grown, which breaks nobody:
            {string.Join('\n', changes.Additive)}
            Accept it: run this test with {Accept}=1 and commit {Repository.Relative(Snapshot)}.
            """);
    }

    [Theory]
    [InlineData("A\n  x: Int32\n", "A\n", "A: 'x: Int32' is gone")]
    [InlineData("A\n  x: Int32\n", "A\n  x: String\n", "A: 'x: Int32' is gone")]
    [InlineData("A\n", "", "A is gone")]
    [InlineData("A\n", "A\n  x: Int32 required\n", "A: 'x' is required and was not there before")]
    [InlineData("A\n  x: Int32\n", "A\n  x: Int32 required\n", "A: 'x' is required and was not there before")]
    [InlineData("A -> q.one\n", "A -> q.two\n", "A -> q.one is gone")]
    public void A_change_that_breaks_messages_is_told(string before, string now, string told) =>
        Assert.Contains(WireChanges.Between(before, now).Breaking, change => change.StartsWith(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("", "A\n  x: Int32 required\n")]
    [InlineData("A\n", "A\n  x: Int32\n")]
    [InlineData("A\n  x: Int32 required\n", "A\n  x: Int32\n")]
    public void A_change_that_breaks_nothing_is_told_apart(string before, string now)
    {
        var changes = WireChanges.Between(before, now);

        Assert.Empty(changes.Breaking);
        Assert.NotEmpty(changes.Additive);
    }
}
