using System.Text;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Constraints.Grammars;
using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>What a token costs, counted in steps of the machine: nothing that grows with the answer, and no memory once states are known.</summary>
public sealed class ConstraintWorkTests
{
    private static readonly TestTokens Tokens = TestTokens.Nasty;

    [Theory]
    [InlineData("""{"type":"object","properties":{"t":{"type":"string"}},"required":["t"],"additionalProperties":false}""", "{\"t\":\"", "abc é日本 ")]
    [InlineData("""{"type":"array","items":{"type":"string"},"minItems":100000}""", "[", "\"ab\",")]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},"maxItems":100000}""", "[", "{\"a\":12},")]
    [InlineData("""{"type":"string","minLength":50000,"maxLength":100000}""", "\"", "abcdé")]
    public void A_long_answer_needs_no_more_masks_than_a_short_one(string schema, string begin, string again)
    {
        var machine = MachineOf(schema);
        var constraint = new JsonConstraint(machine, Tokens);
        var row = new float[Tokens.Size];
        Write(begin);
        for (var i = 0; i < 30; i++)
            Write(again);
        var masks = machine.Masks;
        for (var i = 0; i < 500; i++)
            Write(again);
        Assert.InRange(machine.Masks, masks, masks + 1);

        void Write(string text)
        {
            foreach (var b in Encoding.UTF8.GetBytes(text))
            {
                Array.Fill(row, 1f);
                constraint.Apply(row, int.MaxValue);
                Assert.Equal(1f, row[b]); // the byte's own token
                constraint.Accept(b);
            }
        }
    }

    [Fact]
    public void A_known_state_allocates_nothing()
    {
        var machine = MachineOf("""{"type":"string"}""");
        var (constraint, row) = (new JsonConstraint(machine, Tokens), new float[Tokens.Size]);
        constraint.Accept('"');
        Assert.Equal(0, Allocations.OfEvery(() =>
        {
            Array.Fill(row, 1f);
            constraint.Apply(row, 100);
            constraint.Accept('a');
        }));
    }

    [Fact]
    public void Forgetting_all_states_changes_no_answer()
    {
        var usable = TokenTrie.Of(Tokens, Tokens.Size);
        var format = "{}";
        Machine small = new(GrammarBuilder.Build(format, true, usable.Alone, true), usable, most: 100_000), large = new(GrammarBuilder.Build(format, true, usable.Alone, true), usable);
        for (ulong seed = 0; seed < 5; seed++)
            Assert.Equal(Write(large, seed), Write(small, seed));
        Assert.True(small.Generation > 0);

        static string Write(Machine machine, ulong seed)
        {
            var (constraint, random, row, text) = (new JsonConstraint(machine, Tokens), new SplitMix(seed), new float[Tokens.Size], new List<byte>());
            for (var remaining = 300; remaining > 0 && !constraint.IsFinished; remaining--)
            {
                for (var i = 0; i < row.Length; i++)
                    row[i] = (float)random.NextDouble();
                constraint.Apply(row, remaining);
                var token = Array.IndexOf(row, row.Max());
                constraint.Accept(token);
                text.AddRange(Tokens.BytesOf(token));
            }
            return Encoding.UTF8.GetString([.. text]);
        }
    }

    /// <summary>Every mask against the definition: the token's bytes lead on, and the end is near enough.</summary>
    [Fact]
    public void A_mask_says_of_each_token_what_its_bytes_say()
    {
        var checkedMasks = 0;
        foreach (var schema in Schemas.All)
        {
            Machine machine = MachineOf(schema), slow = MachineOf(schema);
            for (ulong seed = 0; seed < 3; seed++)
            {
                var (constraint, random, row) = (new JsonConstraint(machine, Tokens), new SplitMix(seed), new float[Tokens.Size]);
                var state = slow.Start;
                for (var remaining = constraint.LeastTokens + (int)(seed * 12); remaining > 0 && !constraint.IsFinished; remaining--)
                {
                    for (var i = 0; i < row.Length; i++)
                        row[i] = (float)random.NextDouble();
                    constraint.Apply(row, remaining);
                    for (var token = 0; token < Tokens.Size; token++)
                    {
                        var after = Tokens.BytesOf(token).ToArray().Aggregate(state, slow.Next);
                        var allowed = Tokens.IsEnd(token) ? state.MayEnd : after.Cost <= remaining - 1;
                        Assert.True(allowed == float.IsFinite(row[token]), $"{schema}: token {token} with {remaining} left");
                    }
                    checkedMasks++;
                    var chosen = Array.IndexOf(row, row.Max());
                    if (Tokens.IsEnd(chosen))
                        break;
                    constraint.Accept(chosen);
                    state = Tokens.BytesOf(chosen).ToArray().Aggregate(state, slow.Next);
                }
            }
        }
        Assert.True(checkedMasks > 1000);
    }

    private static Machine MachineOf(string schema)
    {
        var trie = TokenTrie.Of(Tokens, Tokens.Size);
        return new(GrammarBuilder.Build(schema, objectsAlone: false, trie.Alone, ends: true), trie);
    }
}
