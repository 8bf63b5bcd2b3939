using Akashi.Identity.CustomRoles;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Users;

internal sealed record UsersView(UserAddress Address, UserList Found, IReadOnlyList<RoleChoice> Roles, bool MayManage);

/// <summary>GET /users on the console; /users/table.csv is the whole list in the order shown.</summary>
internal static class ShowUsers
{
    private static readonly string[] Columns = ["UserId", "Name", "Mail", "Role", "State", "LastSignIn", "Created"];

    public static async Task<IResult> HandleAsync(HttpContext context, UserDirectory directory, RoleBook roles, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var address = UserAddress.Read(context.Request.Query);
        var found = await directory.ListAsync(caller.Tenant, address.ToRequest(), cancellation);
        object view = new UsersView(address, found, await roles.ListAsync(caller.Tenant, cancellation), caller.Permissions.Contains(Permission.UsersManage));
        return Page.Show<UsersPage>(new { Model = view });
    }

    public static async Task DownloadAsync(HttpContext context, UserDirectory directory, CancellationToken cancellation)
    {
        var tenant = context.Caller().Tenant;
        var request = UserAddress.Read(context.Request.Query).ToRequest(UserDirectory.MaximumSize) with { After = null, Before = null };
        var page = await directory.ListAsync(tenant, request, cancellation);
        await using var csv = Csv.Answer(context, "users.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        while (true)
        {
            foreach (var row in page.Rows) await csv.WriteAsync(ValuesOf(row));
            if (!page.HasNext) return;
            page = await directory.ListAsync(tenant, request with { After = page.Rows[^1].Id }, cancellation);
        }
    }

    private static string[] ValuesOf(UserRow row) =>
    [
        row.UserId, row.DisplayName, row.Mail, RoleChoice.LabelOf(row.Role, row.CustomRoleName), Text.Of["State_" + row.State],
        row.LastSignInAt is { } last ? Jst.Second(last) : "", Jst.Second(row.CreatedAt),
    ];
}
