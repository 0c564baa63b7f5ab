using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Identity;

namespace Aigc.Gateway.Users;

/// <summary>
/// Slow hashes of passwords. Each costs a core some 50 ms, so few are made at once and few wait: a flood of sign-ins must not take
/// the processors from everybody else.
/// </summary>
internal sealed class Passwords : IDisposable
{
    public const int MinLength = 12;

    // Beyond it a password is a way to make us work.
    public const int MaxLength = 256;

    private const int MaxWaiting = 32;

    // SHA-512, 210 000 rounds: OWASP Password Storage Cheat Sheet, PBKDF2.
    private readonly PasswordHasher<User> _hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lazy<string> _nobodys;
    private int _waiting;

    public Passwords() => _nobodys = new(() => _hasher.HashPassword(null!, Guid.NewGuid().ToString()));

    /// <exception cref="ProblemException">Too short or too long.</exception>
    public async Task<string> Hash(string password, CancellationToken ct)
    {
        if (password.Length is < MinLength or > MaxLength)
        {
            throw new ProblemException("invalid_value", $"A password has {MinLength} to {MaxLength} characters.", "password");
        }

        return await InTurn(() => _hasher.HashPassword(null!, password), ct);
    }

    /// <summary>
    /// Whether it is the password of this hash. Without a hash the same work is done for nothing: how long an answer takes must not
    /// tell whether there is such a person.
    /// </summary>
    public async Task<bool> Verify(string? hash, string password, CancellationToken ct) => password.Length <= MaxLength
        && await InTurn(() => _hasher.VerifyHashedPassword(null!, hash ?? _nobodys.Value, password) != PasswordVerificationResult.Failed, ct)
        && hash is not null;

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurn<T>(Func<T> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ProblemException(new() { Code = "busy", Message = "Too many people are signing in at this moment; try again.", Transient = true });
        }

        try
        {
            await _turns.WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            _turns.Release();
        }
    }
}
