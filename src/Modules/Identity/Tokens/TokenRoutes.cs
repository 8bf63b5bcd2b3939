using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Identity.Tokens;

/// <summary>API tokens: pages on the console, the same for programs.</summary>
internal static class TokenRoutes
{
    private const string Api = "/api/v1/tokens";

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, TokenPages.Path, Permission.TokensManage, "key", 130, Text.Of, "Tokens", NavigationSection.People);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(TokenPages.Path, TokenPages.ListAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Console.MapGet(TokenPages.Path + "/add", TokenPages.New).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Console.MapPost(TokenPages.Path + "/add", TokenPages.CreateAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Console.MapGet(TokenPages.Path + "/{id}/revoke", TokenPages.ConfirmAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Console.MapPost(TokenPages.Path + "/{id}/revoke", TokenPages.RevokeAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);

        routes.Api.MapGet("/api/v1/me", Me.Get).RequirePermission(Permission.AccountSelf, TenantScope.Own);
        routes.Api.MapGet(Api, TokenApi.ListAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Api.MapPost(Api, TokenApi.CreateAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
        routes.Api.MapDelete(Api + "/{id}", TokenApi.RevokeAsync).RequirePermission(Permission.TokensManage, TenantScope.Own);
    }
}
