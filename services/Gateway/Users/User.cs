using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Users;

/// <summary>A person. Known by an e-mail address of this installation, or by who another house says they are (<see cref="Issuer"/>).</summary>
internal sealed class User : IDocument
{
    /// <summary><c>user_</c> and a digest of who it is, so that of two invitations at once one wins and a sign-in needs no query.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; set; }

    public required string Email { get; set; }

    public string Name { get; set; } = "";

    /// <summary>One of <see cref="Roles"/>.</summary>
    public required string Role { get; set; }

    /// <summary>Issuer of the identity, for people who sign in elsewhere.</summary>
    public string? Issuer { get; init; }

    /// <summary>Slow, salted hash of the password; null before the invitation was taken up, and for people who sign in elsewhere.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Sessions carry it: whoever changes it ends them all.</summary>
    public required string Stamp { get; set; }

    public bool Disabled { get; set; }

    /// <summary>SHA-256 of the one-time link's secret; null when there is none to be taken up.</summary>
    public string? Invitation { get; set; }

    public DateTimeOffset? InvitationEnds { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastSignIn { get; set; }

    /// <summary>Id of the person with an address of this installation.</summary>
    public static string IdOf(string email) => IdOf("local", email.Trim().ToLowerInvariant());

    /// <summary>Id of the person an issuer calls by this subject.</summary>
    public static string IdOf(string issuer, string subject) => $"user_{Digest.OfParts(issuer, subject)[..24]}";
}
