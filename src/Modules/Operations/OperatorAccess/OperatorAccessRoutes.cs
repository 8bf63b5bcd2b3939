using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Operations.OperatorAccess;

/// <summary>Operators ask for access to a customer's data; the customer, or a second operator for a legal order, decides.</summary>
internal static class OperatorAccessRoutes
{
    public const string AskedPath = "/operator-access";
    public const string ConsentPath = "/operator-access-consents";

    public static readonly NavigationEntry AskedNavigation = new(ServiceHost.Console, AskedPath, Permission.OperatorAccessUse, "key", 20, Text.Of, "Asked", NavigationSection.Service);
    public static readonly NavigationEntry ConsentNavigation = new(ServiceHost.Console, ConsentPath, Permission.OperatorAccessConsent, "key", 40, Text.Of, "Consents", NavigationSection.Contract);

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(AskedPath, ShowAsked.HandleAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Console.MapGet(AskedPath + "/ask", AskAccess.Get).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Console.MapPost(AskedPath + "/ask", AskAccess.PostAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Console.MapPost(AskedPath + "/confirm", DecideAsOperator.ConfirmAsync).RequirePermission(Permission.OperatorAccessConfirm, TenantScope.Service);
        routes.Console.MapPost(AskedPath + "/close", DecideAsOperator.CloseAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Console.MapPost(AskedPath + "/enter", EnterTenant.EnterAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Console.MapPost("/operator-access-leave", EnterTenant.Leave).RequirePermission(Permission.AccountSelf, TenantScope.Own);

        routes.Console.MapGet(ConsentPath, ShowConsents.HandleAsync).RequirePermission(Permission.OperatorAccessConsent, TenantScope.Own);
        routes.Console.MapPost(ConsentPath, DecideAsCustomer.PostAsync).RequirePermission(Permission.OperatorAccessConsent, TenantScope.Own);

        routes.Api.MapGet("/api/v1/operator-access", AccessApi.ListAskedAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Api.MapPost("/api/v1/operator-access", AccessApi.AskAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Api.MapPost("/api/v1/operator-access/{supportId}/{id:guid}/confirm", AccessApi.ConfirmAsync).RequirePermission(Permission.OperatorAccessConfirm, TenantScope.Service);
        routes.Api.MapPost("/api/v1/operator-access/{supportId}/{id:guid}/close", AccessApi.CloseAsync).RequirePermission(Permission.OperatorAccessUse, TenantScope.Service);
        routes.Api.MapGet("/api/v1/operator-access-consents", AccessApi.ListConsentsAsync).RequirePermission(Permission.OperatorAccessConsent, TenantScope.Own);
        routes.Api.MapPost("/api/v1/operator-access-consents/{id:guid}/{step}", AccessApi.DecideAsync).RequirePermission(Permission.OperatorAccessConsent, TenantScope.Own);
    }
}
