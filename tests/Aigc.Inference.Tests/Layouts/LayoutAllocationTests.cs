using Aigc.Inference.Engine;
using Aigc.Inference.Tests.Engine;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>What a decode step of a published graph costs in managed memory: our own export costs none.</summary>
public sealed class LayoutAllocationTests
{
    [Theory]
    [InlineData("grouped", 400)]
    [InlineData("plain", 8000)]
    public void A_decode_step_allocates_a_bounded_amount(string layout, long most)
    {
        using var folder = new PublishedFolder().With(LayoutAgreementTests.Of(layout, "Fp32"));
        using var backend = folder.Open();
        backend.Prefill(0, NanoModel.Tokens(5, 1), 0);
        backend.Prefill(1, NanoModel.Tokens(5, 2), 0);
        int[] tokens = [3, 4], lengths = [5, 5];
        backend.Decode(tokens, lengths);
        var bytes = Allocations.OfEvery(() => backend.Decode(tokens, lengths));
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes a step");
        Assert.InRange(bytes, 0, most);
    }
}
