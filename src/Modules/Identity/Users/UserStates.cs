namespace Akashi.Identity.Users;

/// <summary>Where a person stands, as stored.</summary>
internal static class UserStates
{
    /// <summary>Has no password yet.</summary>
    public const string Invited = "invited";
    public const string Active = "active";
    public const string Suspended = "suspended";

    public static readonly IReadOnlyList<string> All = [Invited, Active, Suspended];
}
