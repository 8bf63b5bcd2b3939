using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Quotas;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Tenants.Pages;

internal sealed record LimitsView(TenantDetail Detail, LimitsInForce Limits, EditLimits.Form Form, Failure? Failure);

/// <summary>GET and POST /tenants/{supportId}/limits: what the operator sets for one contract; an empty field is as the plan says.</summary>
internal static class EditLimits
{
    private const long MiB = 1 << 20;

    /// <summary>As typed; sizes in MiB.</summary>
    internal sealed class Form
    {
        public string? RequestsPerSecond { get; init; }

        public string? RequestBurst { get; init; }

        public string? IngestPerSecond { get; init; }

        public string? IngestBurst { get; init; }

        public string? Searches { get; init; }
    }

    public static async Task<IResult> GetAsync(string supportId, HttpContext context, TenantRegister register, TenantLimitBook book)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        var limits = await book.FindAsync(found.Id, context.RequestAborted);
        var own = limits.Own;
        return Show(found, limits, new Form
        {
            RequestsPerSecond = Typed(own.RequestsPerSecond), RequestBurst = Typed(own.RequestBurst), Searches = Typed(own.Searches),
            IngestPerSecond = Typed(own.IngestBytesPerSecond / (decimal)MiB), IngestBurst = Typed(own.IngestBurstBytes / (decimal)MiB),
        }, null);
    }

    public static async Task<IResult> PostAsync(string supportId, [FromForm] Form form, HttpContext context, TenantRegister register, TenantLimitBook book)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        if (found.Status == TenantStatus.Erased) return new ContractErased().ToProblem();
        if (Read(form).TryGet(out var change, out var failure) && (await book.ChangeAsync(found.Id, AuditActor.Of(context), change, context.RequestAborted)).TryGet(out _, out failure))
            return Results.Redirect($"{TenantPages.Path}/{found.SupportId}?done=Limits");
        return Show(found, await book.FindAsync(found.Id, context.RequestAborted), form, failure);
    }

    private static Outcome<TenantLimitChange> Read(Form form)
    {
        long? requests = null, burst = null, ingest = null, ingestBurst = null, searches = null;
        if (!TryRead(form.RequestsPerSecond, 1, out requests)) return Invalid("requestsPerSecond", form.RequestsPerSecond);
        if (!TryRead(form.RequestBurst, 1, out burst)) return Invalid("requestBurst", form.RequestBurst);
        if (!TryRead(form.IngestPerSecond, MiB, out ingest)) return Invalid("ingestPerSecond", form.IngestPerSecond);
        if (!TryRead(form.IngestBurst, MiB, out ingestBurst)) return Invalid("ingestBurst", form.IngestBurst);
        if (!TryRead(form.Searches, 1, out searches)) return Invalid("searches", form.Searches);
        return new TenantLimitChange((int?)requests, (int?)burst, ingest, ingestBurst, (int?)searches);
    }

    /// <summary>Numbers beyond what is allowed are kept, so that the refusal quotes the bounds.</summary>
    private static bool TryRead(string? text, long unit, out long? value)
    {
        value = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        if (!decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > int.MaxValue) return false;
        value = (long)(number * unit);
        return unit > 1 || value == number;
    }

    private static FieldInvalid Invalid(string field, string? text) => new(field, text ?? "", "0–2147483647");

    private static string? Typed(decimal? number) => number?.ToString("0.######", CultureInfo.InvariantCulture);

    private static IResult Show(TenantDetail found, LimitsInForce limits, Form form, Failure? failure)
    {
        object view = new LimitsView(found, limits, form, failure);
        return Page.Show<EditLimitsPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
