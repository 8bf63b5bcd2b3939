using Akashi.Identity.Contracts;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Identity.Tenants.Pages;

internal sealed record TenantsView(IReadOnlyList<TenantRow> Rows, string Search, TenantStatus? Status, string? Next, bool MayManage)
{
    public string Address(string path, string? after) => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["q"] = Search.Length > 0 ? Search : null, ["status"] = Status?.ToString().ToLowerInvariant(), ["after"] = after,
    }.Where(parameter => parameter.Value is not null));
}

/// <summary>GET /tenants on the console: all contracts.</summary>
internal static class ShowTenants
{
    private const int PageSize = 50;
    private const int MaximumSearch = 200;

    public static async Task<IResult> HandleAsync(HttpContext context, TenantRegister register, string? q, string? status, string? after)
    {
        var (search, wanted) = Read(q, status);
        var rows = await register.ListAsync(new TenantListRequest(search, wanted, after is { Length: <= 64 } ? after : null, PageSize + 1), context.RequestAborted);
        var shown = rows.Take(PageSize).ToList();
        object view = new TenantsView(shown, search, wanted, rows.Count > PageSize ? shown[^1].SupportId : null, context.Caller().Permissions.Contains(Akashi.Platform.Tenancy.Permission.TenantsManage));
        return Page.Show<TenantsPage>(new { Model = view });
    }

    public static async Task DownloadAsync(HttpContext context, TenantRegister register, string? q, string? status)
    {
        var (search, wanted) = Read(q, status);
        await using var csv = Csv.Answer(context, "contracts.csv");
        await csv.WriteAsync(Text.Of["SupportId"], Text.Of["Name"], Text.Of["State"], Text.Of["CreatedAt"]);
        for (string? after = null; ;)
        {
            var page = await register.ListAsync(new TenantListRequest(search, wanted, after, TenantRegister.MaximumPage), context.RequestAborted);
            foreach (var row in page) await csv.WriteAsync(row.SupportId, row.Name, Text.Of["Status" + row.Status], Jst.Second(row.CreatedAt));
            if (page.Count < TenantRegister.MaximumPage) break;
            after = page[^1].SupportId;
        }
    }

    private static (string Search, TenantStatus? Status) Read(string? q, string? status)
    {
        var search = (q ?? "").Trim();
        return (search.Length <= MaximumSearch ? search : search[..MaximumSearch], Enum.TryParse<TenantStatus>(status, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null);
    }
}
