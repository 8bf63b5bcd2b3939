using Akashi.Identity.Users;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignInPolicies;

/// <summary>/sign-in-policy on the console and /api/v1/sign-in-policy: the factors that a contract asks for.</summary>
internal static class FactorRoutes
{
    public const string Path = "/sign-in-policy";
    private const string Api = "/api/v1/sign-in-policy";

    internal sealed record Policy(string? Factors);

    public static readonly NavigationEntry Navigation = new(ServiceHost.Console, Path, Permission.SettingsManage, "check", 140, Text.Of, "SignInPolicy", NavigationSection.People);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(Path, ShowAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Console.MapPost(Path, RaiseAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapGet(Api, GetAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
        routes.Api.MapPut(Api, ChangeAsync).RequirePermission(Permission.SettingsManage, TenantScope.Own);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Factors factors, string? done) =>
        Page.Show<FactorsPage>(new { Two = await factors.OfAsync(context.Caller().Tenant, context.RequestAborted) == Factors.PasswordAndMail, Done = done is not null });

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    private static async Task<IResult> RaiseAsync(IFormCollection form, HttpContext context, Factors factors)
    {
        _ = form;
        await factors.ChangeAsync(Actor.Of(context), Factors.PasswordAndMail, context.RequestAborted);
        return Results.Redirect(Path + "?done=1");
    }

    private static async Task<IResult> GetAsync(HttpContext context, Factors factors) =>
        Results.Json(new Policy(await factors.OfAsync(context.Caller().Tenant, context.RequestAborted)));

    private static async Task<IResult> ChangeAsync(Policy policy, HttpContext context, Factors factors) =>
        await factors.ChangeAsync(Actor.Of(context), policy.Factors, context.RequestAborted) is { } failure ? failure.ToProblem() : Results.NoContent();
}
