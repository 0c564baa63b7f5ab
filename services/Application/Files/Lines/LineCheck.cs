using Aigc.ServiceDefaults;

namespace Aigc.Application.Files.Lines;

/// <summary>
/// Checks the lines of a file while its bytes go by. A form may name the purpose after the file, so every purpose that may still be
/// meant is tried until its first fault.
/// </summary>
internal sealed class LineCheck(IEnumerable<FilePurpose> candidates)
{
    private readonly LineCutter _cutter = new();
    private readonly List<(FilePurpose Purpose, ProblemException Problem)> _refused = [];
    private readonly List<FilePurpose> _open = [.. candidates.Where(purpose => purpose.Rule is not null)];

    /// <summary>Lines that are not empty.</summary>
    public int Lines { get; private set; }

    /// <summary>Looks at the next bytes.</summary>
    public void See(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (_open.Count > 0 && !bytes.IsEmpty)
            {
                if (_cutter.Take(ref bytes))
                {
                    Judge();
                }
            }
        }
        catch (ProblemException tooLong)
        {
            RefuseAll(tooLong);
        }
    }

    /// <summary>The file is whole and this is what it is for.</summary>
    /// <exception cref="ProblemException">The first line that is not what the purpose asks for, with its number and field.</exception>
    public void Demand(FilePurpose purpose)
    {
        if (purpose.Rule is null)
        {
            return;
        }

        if (_open.Count > 0 && _cutter.Finish())
        {
            Judge();
        }

        if (_refused.Find(refused => refused.Purpose == purpose) is { Problem: { } problem })
        {
            throw problem;
        }

        if (Lines == 0)
        {
            throw new ProblemException("file_empty", $"A file for {purpose.Name} has at least one line.", "file");
        }
    }

    private void Judge()
    {
        if (JsonLine.Read(_cutter.Number, _cutter.Line) is not { } line)
        {
            return;
        }

        Lines++;
        foreach (var purpose in _open.ToArray())
        {
            if ((line.Fault ?? purpose.Rule!(line)) is { } fault)
            {
                _open.Remove(purpose);
                var field = fault.Field is null ? "" : $", {fault.Field}";
                _refused.Add((purpose, new ProblemException(fault.Code, $"Line {line.Number}{field}: {fault.Message}", "file")));
            }
        }
    }

    private void RefuseAll(ProblemException problem)
    {
        _refused.AddRange(_open.Select(purpose => (purpose, problem)));
        _open.Clear();
    }
}
