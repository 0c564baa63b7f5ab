using Aigc.Annotation.Labelers;

namespace Aigc.Annotation.Tests.Labelers;

public sealed class LabelerTests
{
    [Theory]
    [MemberData(nameof(Subjects))]
    public void Rules_find_the_subject(string title, string text, string topic) =>
        Assert.Equal(topic, new RulesLabeler(Taxonomy.Default).Label([new("1", title, text)], _ => { }, default)[0].Topic);

    [Fact]
    public void Rules_call_a_text_without_seed_words_general() =>
        Assert.Equal(Taxonomy.General, new RulesLabeler(Taxonomy.Default).Label([new("1", "", "Nothing of note happened and nobody said anything.")], _ => { }, default)[0].Topic);

    [Theory]
    [InlineData("Queue<T>", "Represents a first-in, first-out collection of objects. It grows as needed.", "What is Queue<T>?")]
    [InlineData("Enqueue", "Adds an object to the end of the queue. It grows as needed.", "What does Enqueue do?")]
    [InlineData("How to sort a list", "Call the sort method of the list. Pass a comparer when needed.", "How do you sort a list?")]
    [InlineData("", "A glacier is a mass of ice that moves slowly. It forms where snow stays.", "What is a glacier?")]
    public void Templates_ask_what_the_first_sentence_answers(string title, string text, string instruction)
    {
        var pair = new RulesLabeler(Taxonomy.Default).Label([new("1", title, text)], _ => { }, default)[0].Pair!;
        Assert.Equal(instruction, pair.Instruction);
        Assert.StartsWith(text[..20], pair.Response, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1 2 3 4 5 6 7 8 9 10.")]
    public void A_text_without_sentences_gives_no_pair(string text)
    {
        ILabeler[] labelers = [new RulesLabeler(Taxonomy.Default), new StatisticalLabeler(Taxonomy.Default)];
        Assert.All(labelers, labeler => Assert.Null(labeler.Label([new("1", "T", text)], _ => { }, default)[0].Pair));
    }

    [Fact]
    public void Statistics_know_a_subject_by_the_company_of_its_words()
    {
        // "galley" and "oarsman" are in no list; in the sample they keep company with history.
        List<SourceDocument> sample = [];
        for (var i = 0; i < 30; i++)
        {
            sample.Add(new($"h{i}", $"Chapter {i}", $"The king led the army to battle in a galley rowed by an oarsman of the empire. War {i} lasted."));
            sample.Add(new($"c{i}", $"Type {i}", $"The dictionary holds each element by its hash key in a bucket of the collection. Variant {i} lasted."));
        }

        sample.Add(new("x", "", "Every galley had more than one oarsman and rowed far."));
        var labels = new StatisticalLabeler(Taxonomy.Default).Label(sample, _ => { }, default);
        Assert.Equal("history-and-places", labels[^1].Topic);
        Assert.Equal(Taxonomy.General, new RulesLabeler(Taxonomy.Default).Label([sample[^1]], _ => { }, default)[0].Topic);
    }

    [Fact]
    public void Labels_do_not_depend_on_the_order_of_the_sample()
    {
        List<SourceDocument> sample = [.. Subjects().Select((s, i) => new SourceDocument($"d{i}", (string)s.Data.Item1, s.Data.Item2))];
        ILabeler[] labelers = [new RulesLabeler(Taxonomy.Default), new StatisticalLabeler(Taxonomy.Default)];
        foreach (var labeler in labelers)
        {
            var forward = labeler.Label(sample, _ => { }, default);
            var backward = labeler.Label([.. Enumerable.Reverse(sample)], _ => { }, default);
            Assert.Equal(forward, backward.Reverse());
        }
    }

    [Fact]
    public void Salient_pairs_answer_with_the_documents_own_sentences()
    {
        const string Text = "A lock lets one thread in. Other threads wait for the lock. The weather is fine today. A thread that holds the lock may take it again.";
        var pair = new StatisticalLabeler(Taxonomy.Default).Label([new("1", "Locks", Text)], _ => { }, default)[0].Pair!;
        Assert.All(pair.Response.Split(". "), sentence => Assert.Contains(sentence.TrimEnd('.'), Text, StringComparison.Ordinal));
        Assert.DoesNotContain("weather", pair.Response, StringComparison.Ordinal);
        Assert.InRange(pair.Score, 0.01, 1);
    }

    public static TheoryData<string, string, string> Subjects() => new()
    {
        { "ConcurrentQueue", "A thread may wait on a lock while another task is running. Cancel the task to release the semaphore.", "threading-and-concurrency" },
        { "Sockets", "Connect a socket to a server by host and port. The client sends an HTTP request over the network.", "networking-and-web" },
        { "The old town", "In the fourteenth century the king built a castle above the river. The city fell in the war.", "history-and-places" },
        { "AesGcm", "Encrypt data with a secret key and verify the signature of a certificate. The cipher needs a password.", "security-and-cryptography" },
    };
}
