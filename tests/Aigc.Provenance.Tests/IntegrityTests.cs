using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Tests;

public sealed class IntegrityTests
{
    private static readonly AigcLabel Label = new() { ContentProducer = "p", ProduceID = "1", ContentPropagator = "d", PropagateID = "2" };

    [Fact]
    public void Plain_code_is_the_sha256_of_the_canonical_body()
    {
        // printf 'abc' | sha256sum
        var label = IntegrityCode.Seal(Label, "abc\r\n");
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", label.ReservedCode1);
        Assert.Equal(Integrity.Intact, IntegrityCode.Check(label, "abc"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_altered_body_is_broken(bool keyed)
    {
        var key = keyed ? Sample.Secret : null;
        Assert.Equal(Integrity.Broken, IntegrityCode.Check(IntegrityCode.Seal(Label, "abc", key), "abd", key));
    }

    [Fact]
    public void A_forged_producer_fails_the_keyed_code()
    {
        var forged = IntegrityCode.Seal(Label, "abc", Sample.Secret) with { ContentProducer = "somebody else" };
        Assert.Equal(Integrity.Broken, IntegrityCode.Check(forged, "abc", Sample.Secret));
    }

    [Fact]
    public void A_changed_propagator_fails_even_without_a_key() =>
        Assert.Equal(Integrity.Broken, IntegrityCode.Check(IntegrityCode.Seal(Label, "abc") with { PropagateID = "3" }, "abc"));

    [Fact]
    public void A_plain_code_in_place_of_a_keyed_one_is_a_forgery() =>
        Assert.Equal(Integrity.Broken, IntegrityCode.Check(IntegrityCode.Seal(Label, "abd"), "abd", Sample.Secret));

    [Fact]
    public void A_keyed_code_without_the_key_stays_unchecked() =>
        Assert.Equal(Integrity.Unchecked, IntegrityCode.Check(IntegrityCode.Seal(Label, "abc", Sample.Secret), "abc"));

    [Fact]
    public void Canonical_text_is_its_own_canonical_form()
    {
        var once = BodyText.Canonical("\uFEFF a\r\nb\rc\u0001\ud800 \U0001F600 \uFFFF\n\n");
        Assert.Equal("a\nb\nc \U0001F600", once);
        Assert.Equal(once, BodyText.Canonical(once));
    }
}
