using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Builder;

namespace Akashi.Traces.Saved;

/// <summary>Saved searches: pages on the console, the same for programs.</summary>
internal static class SavedSearchRoutes
{
    private const string Api = "/api/v1/traces/searches";

    public static void Map(ServiceRoutes routes)
    {
        routes.Console.MapGet(SavedSearchPages.Path, SavedSearchPages.ListAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own);
        routes.Console.MapGet(SavedSearchPages.Path + "/add", SavedSearchPages.New).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Console.MapPost(SavedSearchPages.Path + "/add", SavedSearchPages.AddAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Console.MapGet(SavedSearchPages.Path + "/{id}", SavedSearchPages.EditAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Console.MapPost(SavedSearchPages.Path + "/{id}", SavedSearchPages.ChangeAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Console.MapPost(SavedSearchPages.Path + "/{id}/delete", SavedSearchPages.DeleteAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);

        routes.Api.MapGet(Api, SavedSearchApi.ListAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own);
        routes.Api.MapPost(Api, SavedSearchApi.AddAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Api.MapGet(Api + "/{id}", SavedSearchApi.ShowAsync).RequirePermission(Permission.TracesSearch, TenantScope.Own);
        routes.Api.MapPut(Api + "/{id}", SavedSearchApi.ChangeAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
        routes.Api.MapDelete(Api + "/{id}", SavedSearchApi.DeleteAsync).RequirePermission(Permission.TracesSave, TenantScope.Own);
    }
}
