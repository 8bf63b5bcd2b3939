using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Audit;

/// <summary>Who acted, and from where.</summary>
/// <param name="Kind"><c>user</c>, <c>token</c> (a program, for the user who made the token), <c>terminal</c> or <c>service</c>.</param>
/// <param name="Subject">User id, TMID or name of the job.</param>
/// <param name="Address">IP address; empty for the service itself.</param>
/// <param name="OperatorOf">The operator's own tenant when an operator acts on a customer's.</param>
/// <param name="Name">For people, for example the user's name.</param>
public sealed record AuditActor(string Kind, string Subject, string Address, TenantId? OperatorOf, string Name = "")
{
    public const string User = "user";
    public const string Token = "token";
    public const string Terminal = "terminal";
    public const string ServiceKind = "service";

    /// <summary>The caller of a route that demands a permission.</summary>
    public static AuditActor Of(HttpContext context) => Of(context, context.Caller());

    /// <summary>A caller who is only just being established.</summary>
    public static AuditActor Of(HttpContext context, Caller caller) => new(KindOf(caller.Kind), caller.Subject, AddressOf(context), caller.OperatorOf, caller.DisplayName);

    /// <summary>Somebody who is not signed in but proved who it is, for example with an activation link.</summary>
    public static AuditActor Unsigned(HttpContext context, string userId, string name = "") => new(User, userId, AddressOf(context), null, name);

    /// <param name="job">Name of the job or background work.</param>
    public static AuditActor Service(string job) => new(ServiceKind, job, "", null);

    private static string KindOf(CallerKind kind) => kind switch
    {
        CallerKind.User => User,
        CallerKind.Token => Token,
        CallerKind.Terminal => Terminal,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown caller"),
    };

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : "";
}

/// <summary>What was done.</summary>
/// <param name="Action">Stable id in lower case with dots, for example <c>user.suspend</c>.</param>
/// <param name="Target">To what, for people: names and ids, never a secret.</param>
/// <param name="Before">The changed values as they were: a small record; no secrets.</param>
/// <param name="After">The same as they are now.</param>
public sealed record AuditEntry(string Action, string Target, object? Before = null, object? After = null);
