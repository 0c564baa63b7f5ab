using Aigc.Gateway.Keys;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Users;

/// <summary>The people of the installation.</summary>
internal sealed class UserBook(IDocumentStore<User> users, Passwords passwords, TimeProvider time)
{
    private static readonly TimeSpan InvitationLasts = TimeSpan.FromDays(3);

    private readonly Known<User> _known = new(id => users.Find(id), time);

    /// <summary>The person as they were read moments ago.</summary>
    public ValueTask<User?> Known(string id, CancellationToken ct) => _known.Find(id, ct);

    public Task<User?> Find(string id, CancellationToken ct) => users.Find(id, ct);

    public Task<IReadOnlyList<User>> List(string tenant, string? after, int take, CancellationToken ct)
    {
        var query = new DocumentQuery<User>().Where(user => user.Tenant, tenant).OrderBy(user => user.Id).Take(take);
        return users.Query(after is null ? query : query.AtLeast(user => user.Id, after), ct);
    }

    /// <summary>A person who has yet to choose a password, and the secret of the link by which they do. Null when the address is taken.</summary>
    public async Task<(User User, string Secret)?> Invite(string tenant, string email, string name, string role, CancellationToken ct)
    {
        var secret = KeySecret.Random();
        var now = time.GetUtcNow();
        var user = new User
        {
            Id = User.IdOf(email),
            Tenant = tenant,
            Email = email.Trim(),
            Name = name,
            Role = role,
            Stamp = KeySecret.Random(),
            Invitation = KeySecret.HashOf(secret),
            InvitationEnds = now + InvitationLasts,
            CreatedAt = now,
        };
        return await users.Insert(user, ct) ? (user, secret) : null;
    }

    /// <summary>A new link for somebody who lost theirs, or their password. The password they have works until it is taken up.</summary>
    public async Task<(User User, string Secret)?> InviteAgain(string id, CancellationToken ct)
    {
        var secret = KeySecret.Random();
        var user = await Change(
            id,
            user =>
            {
                user.Invitation = KeySecret.HashOf(secret);
                user.InvitationEnds = time.GetUtcNow() + InvitationLasts;
                return user.Issuer is null;
            },
            ct);
        return user is null ? null : (user, secret);
    }

    /// <summary>Whom a link is for; null when it was used, replaced, or has run out.</summary>
    public async Task<User?> Invited(string? secret, CancellationToken ct) =>
        secret is { Length: > 0 and < 100 }
        && await users.Query(new DocumentQuery<User>().Where(user => user.Invitation, KeySecret.HashOf(secret)).Take(1), ct) is [var user]
        && user.InvitationEnds > time.GetUtcNow() && !user.Disabled
            ? user
            : null;

    /// <summary>Takes a link up: once, whoever else tries at the same moment.</summary>
    public async Task<User?> Join(string? secret, string password, CancellationToken ct)
    {
        if (await Invited(secret, ct) is not { } invited)
        {
            return null;
        }

        var hash = await passwords.Hash(password, ct);
        return await Change(
            invited.Id,
            user =>
            {
                var still = user.Invitation == invited.Invitation;
                (user.PasswordHash, user.Stamp, user.Invitation, user.InvitationEnds) = (hash, KeySecret.Random(), null, null);
                return still;
            },
            ct);
    }

    /// <summary>Changes a person; null when there is none or <paramref name="change"/> declines. This process knows at once.</summary>
    public async Task<User?> Change(string id, Func<User, bool> change, CancellationToken ct)
    {
        var changed = await users.TryUpdate(id, change, ct);
        _known.Forget(id);
        return changed;
    }

    /// <summary>Adds or changes somebody whom another house has identified.</summary>
    public async Task<User> Arrived(string id, Func<User> create, Action<User> change, CancellationToken ct)
    {
        var user = await users.Upsert(id, create, change, ct);
        _known.Forget(id);
        return user;
    }
}
