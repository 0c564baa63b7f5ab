using Aigc.Models.Training;
using Aigc.Trainer.Native;
using Aigc.Trainer.Runs;

// Aigc.Trainer <job folder>. Events go to standard output; the end of standard input ends the process.
const int Finished = 0, Refused = 2, Busy = 4;
if (args is not [var directory] || !File.Exists(Path.Combine(directory, TrainerJob.FileName)))
{
    await Console.Error.WriteLineAsync("usage: Aigc.Trainer <folder with job.json>");
    return 64;
}

directory = Path.GetFullPath(directory);
// TorchSharp writes to standard output when it is unhappy; events keep the real one for themselves.
var events = new EventWriter(new StreamWriter(Console.OpenStandardOutput()));
Console.SetOut(Console.Error);
ParentWatch.Start(Console.OpenStandardInput());
using var mine = JobLock.Take(directory);
if (mine is null)
    return Busy;
try
{
    var job = TrainerJson.Read<TrainerJob>(await File.ReadAllTextAsync(Path.Combine(directory, TrainerJob.FileName)));
    if (job.Kind == TrainerJob.Classifier)
    {
        new ClassifierPipeline(directory, job, events).Run();
    }
    else
    {
        TorchLibrary.Prepare(Path.Combine(directory, "native"));
        Torch.Configure(job.Threads);
        new TrainingPipeline(directory, job, events).Run();
    }

    events.Write(new TrainerEvent { Event = "finished" });
    return Finished;
}
catch (TrainerException e)
{
    events.Write(new TrainerEvent { Event = "failed", Code = e.Code, Message = e.Message });
    return Refused;
}
