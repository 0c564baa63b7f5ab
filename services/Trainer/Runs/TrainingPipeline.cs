using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Aigc.Models.Text;
using Aigc.Models.Training;
using Aigc.Trainer.Data;
using Aigc.Trainer.Evaluation;
using Aigc.Trainer.Export;
using Aigc.Trainer.Fitting;
using TorchSharp;

namespace Aigc.Trainer.Runs;

/// <summary>
/// tokenizer → encode → fit → evaluate → export. Each stage leaves a file in the job folder, whole or not at all; a new life of the
/// process does only what has not been done.
/// </summary>
internal sealed class TrainingPipeline(string directory, TrainerJob job, EventWriter events)
{
    /// <summary>Characters the vocabulary is learned from; more changes little and costs seconds.</summary>
    const long VocabularySample = 12_000_000;

    /// <summary>No processor is faster on the smallest shape; bounds what has to be encoded.</summary>
    const double TokensPerSecond = 60_000;
    readonly LlamaShape shape = LlamaShape.Named(job.Shape);

    string TokenizerDirectory => Path.Combine(directory, "tokenizer");

    string File(string name) => Path.Combine(directory, name);

    public TrainerResult Run()
    {
        if (job.Steps <= 0 || job.Seconds <= 0)
            throw new TrainerException("budget_too_small", "The training budget is too small to finish one step; give it more minutes.");
        events.Enter("tokenizer");
        var facts = Tokenizer();
        var tokenizer = TextTokenizer.Load(TokenizerDirectory);
        var chat = ChatFormat.Load(TokenizerDirectory, tokenizer);
        events.Enter("encode");
        var (documents, pairs) = Encode(facts, tokenizer, chat);
        events.Enter("fit");
        using var weights = new ParameterSet(shape, job.Seed);
        var order = new BatchOrder(documents, pairs, shape.ContextLength, job.Seed);
        var fit = new Fitter(Bounded(documents, pairs), shape, weights, order, events, File("checkpoint.bin")).Run(FitType());
        events.Enter("evaluate");
        var (validation, sample) = Validation(chat);
        var score = Evaluate(validation, weights, chat);
        var baseline = Baseline(validation);
        events.Enter("export");
        var output = ModelOutput.Begin(directory);
        var parity = new Exporter(shape, weights, job.Threads).Export(output, File("export-fp32"), sample);
        var card = Card(fit, documents, pairs, score, baseline, parity);
        WriteFolder(output, card);
        events.Progress(1, 1, "models");
        events.Enter(null);
        var result = new TrainerResult { Card = card, Loss = fit.Curve, StageSeconds = events.StageSeconds };
        TrainerJson.WriteFile(File(TrainerResult.FileName), result);
        return result;
    }

    /// <summary>Matrix products in bf16 where the processor multiplies it: twice as fast end to end, and the loss is the same.</summary>
    static torch.ScalarType FitType() => ProcessorFacts.MultipliesBf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>The job with its epochs told in steps.</summary>
    TrainerJob Bounded(TokenStream documents, TokenStream pairs)
    {
        if (job.Epochs is not { } epochs)
            return job;
        var steps = Math.Max(1, Math.Ceiling(epochs * ((double)documents.Ids.Length + pairs.Ids.Length) / Fitter.StepTokens(shape)));
        return job with { Steps = (int)Math.Min(job.Steps ?? int.MaxValue, steps) };
    }

    CorpusFacts Tokenizer()
    {
        var path = File("corpus.json");
        if (System.IO.File.Exists(path))
            return TrainerJson.Read<CorpusFacts>(System.IO.File.ReadAllText(path));
        var trainer = new BpeTrainer();
        var (documents, bytes, characters) = (0, 0L, 0L);
        foreach (var text in Documents.Texts(job.Train))
        {
            documents++;
            bytes += CorpusFacts.Utf8Length(text);
            if (characters < VocabularySample)
                trainer.Add(text);
            characters += text.Length;
            events.Progress(documents, null, "documents");
        }

        if (documents == 0)
            throw new TrainerException("dataset_empty", "The dataset has no training documents.");
        var part = TokenizerDirectory + ".part";
        ModelOutput.Recreate(part);
        TokenizerFiles.Write(trainer.Train(shape.Vocabulary), shape.ContextLength, part);
        if (Directory.Exists(TokenizerDirectory))
            Directory.Delete(TokenizerDirectory, recursive: true);
        Directory.Move(part, TokenizerDirectory);
        var facts = new CorpusFacts(documents, bytes);
        TrainerJson.WriteFile(path, facts);
        events.Progress(documents, documents, "documents");
        return facts;
    }

    (TokenStream Documents, TokenStream Pairs) Encode(CorpusFacts facts, TextTokenizer tokenizer, ChatFormat chat)
    {
        var steps = job.Steps ?? int.MaxValue;
        var budget = (long)Math.Min(steps * (double)Fitter.StepTokens(shape), job.Seconds * TokensPerSecond);
        var choice = new DocumentChoice(facts.Bytes, Math.Max(budget, 1_000_000));
        var documents = Stream("documents.tokens", packer =>
        {
            var number = 0;
            foreach (var text in Documents.Trained(job.Train))
            {
                if (choice.Takes(number++))
                    packer.Add(text, tokenizer);
                events.Progress(number, facts.Documents, "documents");
            }
        });
        var pairs = Stream("pairs.tokens", packer =>
        {
            foreach (var pair in Documents.Pairs(job.Labels))
                packer.Add(pair, tokenizer);
        });
        if (Math.Max(documents.Ids.Length, pairs.Ids.Length) <= shape.ContextLength)
            throw new TrainerException("dataset_too_small", $"The dataset has {documents.Ids.Length} tokens; one row of training needs {shape.ContextLength + 1}.");
        return (documents, pairs);

        TokenStream Stream(string name, Action<TokenPacker> fill)
        {
            var path = File(name);
            if (System.IO.File.Exists(path))
                return TokenStream.Load(path);
            var packer = new TokenPacker(chat);
            fill(packer);
            var stream = packer.Finish();
            stream.Save(path);
            return stream;
        }
    }

    /// <summary>Validation documents up to the limit, and their tokens for the comparison of the export.</summary>
    (IReadOnlyList<string> Texts, ushort[] Sample) Validation(ChatFormat chat)
    {
        var texts = new List<string>();
        var packer = new TokenPacker(chat);
        var bytes = 0L;
        foreach (var text in Documents.Texts(job.Validation))
        {
            texts.Add(text);
            if (packer.Tokens < 4096)
                packer.Add(text);
            bytes += CorpusFacts.Utf8Length(text);
            if (bytes >= job.ValidationBytes)
                break;
        }

        if (packer.Tokens < 2)
            throw new TrainerException("validation_empty", "The dataset has no validation documents to measure the model on.");
        return (texts, packer.Finish().Ids);
    }

    Score Evaluate(IReadOnlyList<string> validation, ParameterSet weights, ChatFormat chat)
    {
        using var model = new TorchLlama(shape, weights);
        return new ModelScore(shape, model, chat).Measure(validation, done => events.Progress(done, validation.Count, "documents"));
    }

    double Baseline(IReadOnlyList<string> validation)
    {
        var trigram = new ByteTrigram();
        foreach (var text in Documents.Texts(job.Train))
            trigram.Learn(text);
        var bits = validation.Sum(trigram.Bits) / validation.Sum(text => (double)CorpusFacts.Utf8Length(text));
        events.Progress(validation.Count, validation.Count, "documents");
        return bits;
    }

    ModelCard Card(FitState fit, TokenStream documents, TokenStream pairs, Score score, double baseline, Parity parity) => new()
    {
        Name = job.Name,
        Tier = job.Tier,
        Parameters = shape.Parameters,
        ContextLength = shape.ContextLength,
        WeightFormat = Exporter.Served.Name(),
        Lineage = job.Lineage,
        Evaluation = new ModelEvaluation
        {
            BitsPerByte = score.BitsPerByte,
            BaselineBitsPerByte = baseline,
            Bytes = score.Bytes,
            Documents = score.Documents,
            ExportMaxLogitDifference = parity.MaxLogitDifference,
            ExportLoss = parity.Fp32Loss,
            ServedLoss = parity.Int8Loss,
        },
        Training = new ModelTrainingFacts
        {
            Shape = job.Shape,
            Steps = fit.Step,
            Tokens = (long)fit.Step * Fitter.StepTokens(shape),
            Seconds = fit.Seconds,
            Loss = fit.Loss,
            Seed = job.Seed,
            Documents = documents.Sequences,
            Pairs = pairs.Sequences,
        },
    };

    void WriteFolder(string output, ModelCard card)
    {
        foreach (var file in Directory.GetFiles(TokenizerDirectory))
            System.IO.File.Copy(file, Path.Combine(output, Path.GetFileName(file)), overwrite: true);
        System.IO.File.WriteAllText(Path.Combine(output, "config.json"), shape.ToConfig(bos: 0, eos: 1).ToJsonString(new() { WriteIndented = true }) + "\n");
        card.Write(output);
        ModelFolder.Open(output);
        ModelOutput.Finish(directory);
    }
}
