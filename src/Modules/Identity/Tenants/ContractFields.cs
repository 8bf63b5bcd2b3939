using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Identity.Users;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;

namespace Akashi.Identity.Tenants;

/// <summary>A contract as operators type it, in forms and in the API.</summary>
/// <param name="StartsOn">yyyy-MM-dd, a day in Japan.</param>
/// <param name="EndsOn">The same, or empty: no end agreed.</param>
internal sealed record ContractFields(
    string Name, string Plan, IReadOnlyList<string> Options, bool Trial, string StartsOn, string? EndsOn,
    string ApplicantName, string ApplicantMail, string AccountRecipientName, string AccountRecipientMail)
{
    private const int MaximumName = 200;

    /// <summary>The first fault, or the terms.</summary>
    public Outcome<ContractTerms> Read()
    {
        if (Bad(Name, MaximumName)) return new FieldInvalid("name", Name, $"1–{MaximumName}");
        if (Plan is null or "service" || !PlanCatalogue.Plans.ContainsKey(Plan)) return new FieldInvalid("plan", Plan, string.Join(", ", PlanCatalogue.Plans.Keys.Where(plan => plan != "service").Order(StringComparer.Ordinal)));
        if (Options is null || Options.Any(option => option is null)) return new FieldInvalid("options", "null", "[]");
        if (Options.FirstOrDefault(option => !PlanCatalogue.Options.ContainsKey(option)) is { } unknown) return new FieldInvalid("options", unknown, string.Join(", ", PlanCatalogue.Options.Keys.Order(StringComparer.Ordinal)));
        if (!TryReadDay(StartsOn, out var starts)) return new FieldInvalid("startsOn", StartsOn, "yyyy-MM-dd");
        JstDay? ends = null;
        if (!string.IsNullOrWhiteSpace(EndsOn))
        {
            if (!TryReadDay(EndsOn, out var day)) return new FieldInvalid("endsOn", EndsOn, "yyyy-MM-dd");
            if (day.Date < starts.Date) return new FieldInvalid("endsOn", EndsOn, "≥ startsOn");
            ends = day;
        }
        if (Bad(ApplicantName, MaximumName)) return new FieldInvalid("applicantName", ApplicantName, $"1–{MaximumName}");
        if (!UserFields.IsAddress(ApplicantMail?.Trim())) return new FieldInvalid("applicantMail", ApplicantMail, "name@example.jp");
        if (Bad(AccountRecipientName, MaximumName)) return new FieldInvalid("accountRecipientName", AccountRecipientName, $"1–{MaximumName}");
        if (!UserFields.IsAddress(AccountRecipientMail?.Trim())) return new FieldInvalid("accountRecipientMail", AccountRecipientMail, "name@example.jp");
        return new ContractTerms(Plan, [.. Options.Distinct(StringComparer.Ordinal)], Trial, starts, ends,
            new Contact(ApplicantName.Trim(), ApplicantMail!.Trim()), new Contact(AccountRecipientName.Trim(), AccountRecipientMail!.Trim()));
    }

    private static bool Bad(string? text, int maximum) => string.IsNullOrWhiteSpace(text) || text.Trim().Length > maximum || !UserFields.IsText(text);

    private static bool TryReadDay(string? text, out JstDay day)
    {
        var read = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is >= 2000 and <= 2100;
        day = read ? new JstDay(date) : default;
        return read;
    }
}
