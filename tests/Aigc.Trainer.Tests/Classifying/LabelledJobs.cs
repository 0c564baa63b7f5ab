using Aigc.Models.Training;

namespace Aigc.Trainer.Tests.Classifying;

/// <summary>Jobs of rows with labels: families of their own frames, a handful of telling words that no single one of gives the label away.</summary>
internal static class LabelledJobs
{
    static readonly string[] Insults = ["idiot", "fool", "moron", "loser", "clown", "imbecile"];
    static readonly string[] Threats = ["hurt", "beat", "crush", "stab", "smash", "punish"];
    static readonly string[] Harmless = ["thank", "greet", "visit", "help", "paint", "invite"];

    public static TrainerHost WriteLabelled(this TrainerHost host, int threads = 1, double seconds = 600, int? steps = null, bool senseless = false)
    {
        TrainerJson.WriteFile(Path.Combine(host.Directory, TrainerJob.FileName), new TrainerJob
        {
            Kind = TrainerJob.Classifier,
            Name = "demo",
            Tier = "micro",
            Shape = "tiny",
            Train = [Rows(host, "train", 0, 20, senseless)],
            Validation = [Rows(host, "validation", 20, 26, senseless)],
            Test = [Rows(host, "test", 26, 32, senseless)],
            Seconds = seconds,
            Steps = steps,
            Seed = 1,
            Threads = threads,
            Lineage = new() { Dataset = "tiny", DatasetDigest = new string('a', 64), RunId = Guid.Empty },
        });
        return host;
    }

    static string Rows(TrainerHost host, string split, int first, int end, bool senseless)
    {
        var path = Path.Combine(host.Directory, split + ".jsonl");
        File.WriteAllLines(path, Enumerable.Range(first, end - first).SelectMany(family => Family(family, senseless)));
        return path;
    }

    static IEnumerable<string> Family(int family, bool senseless)
    {
        var random = new Random(family);
        for (var n = 0; n < 12; n++)
        {
            var (verb, name) = ((n % 3) switch { 0 => Harmless, 1 => Threats, _ => Harmless }, n % 4 == 3 ? Insults : ["friend", "neighbour", "teacher"]);
            var labels = new List<string>();
            if (senseless ? random.Next(3) == 0 : verb == Threats)
                labels.Add("\"threat\"");
            if (senseless ? random.Next(3) == 0 : name == Insults)
                labels.Add("\"insult\"");
            var text = $"w{family}a w{family}b I will {verb[random.Next(verb.Length)]} you my {name[random.Next(name.Length)]} w{family}c number {n}";
            yield return $$"""{"text":"{{text}}","labels":[{{string.Join(',', labels)}}],"group":"family {{family}}","source":"{{(senseless ? "people" : "recipe")}}/demo"}""";
        }
    }
}
