using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Identity.Users;

/// <summary>What the address of the list of people says; what it says wrongly is left out.</summary>
internal sealed record UserAddress(string Search, string? State, string? Role, UserSort Sort, bool Descending, Guid? After, Guid? Before)
{
    public const string Path = "/users";
    public const int PageSize = 100;
    public const int MaximumRole = 50;

    public static UserAddress Read(IQueryCollection query)
    {
        var search = query["q"].ToString().Trim();
        var state = query["state"].ToString();
        var role = query["role"].ToString();
        var text = query["sort"].ToString();
        var known = Enum.TryParse<UserSort>(text.TrimStart('-'), ignoreCase: true, out var sort) && Enum.IsDefined(sort);
        return new UserAddress(
            search.Length <= UserKey.MaximumInput ? search : search[..UserKey.MaximumInput],
            UserStates.All.Contains(state) ? state : null,
            role.Length is > 0 and <= MaximumRole && UserFields.IsText(role) ? role : null,
            known ? sort : UserSort.UserId, known && text.StartsWith('-'),
            Guid.TryParse(query["after"], out var after) ? after : null,
            Guid.TryParse(query["before"], out var before) ? before : null);
    }

    public bool IsFiltered => Search.Length > 0 || State is not null || Role is not null;

    public UserListRequest ToRequest(int size = PageSize) => new(Search, State, Role, Sort, Descending, After, Before, size);

    /// <summary>The same column again turns the order round.</summary>
    public UserAddress SortedBy(UserSort sort) => this with { Sort = sort, Descending = sort == Sort ? !Descending : sort == UserSort.Created, After = null, Before = null };

    public string ToPage() => AddressOf(Path);

    public string ToDownload() => (this with { After = null, Before = null }).AddressOf(Path + "/table.csv");

    public string SortText => (Descending ? "-" : "") + Sort.ToString();

    private string AddressOf(string path)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Search.Length > 0) parameters["q"] = Search;
        if (State is not null) parameters["state"] = State;
        if (Role is not null) parameters["role"] = Role;
        if (Sort != UserSort.UserId || Descending) parameters["sort"] = SortText;
        if (After is { } after) parameters["after"] = after.ToString();
        if (Before is { } before) parameters["before"] = before.ToString();
        return QueryHelpers.AddQueryString(path, parameters);
    }
}
