using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.BusinessDays;

public sealed class CalendarTests(OperationsServer service)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_AYear_IsOpenToEveryCustomersPrograms()
    {
        using var customer = service.Tenants.CreateApiClient(service.Tenants.A);
        var year = await customer.GetFromJsonAsync<JsonElement>("/api/v1/calendar/2026", Cancellation);
        var holidays = year.GetProperty("holidays").EnumerateArray().ToDictionary(holiday => holiday.GetProperty("day").GetString()!, holiday => holiday.GetProperty("japanese").GetString());
        Assert.Equal(18, holidays.Count);
        Assert.Equal("国民の休日", holidays["2026-09-22"]);
        Assert.Equal("10:00", year.GetProperty("hours").GetProperty("opens").GetString());
        Assert.Contains("2026-12-29", year.GetProperty("closedWeekdays").EnumerateArray().Select(day => day.GetString()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await customer.GetAsync("/api/v1/calendar/1949", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Page_OneOffDay_ChangesDeadlinesAndIsInTheAuditLog()
    {
        using var browser = await service.Tenants.SignInToConsoleAsync(service.Tenants.Operator);
        var calendar = service.Server.Services.GetRequiredService<BusinessCalendar>();
        var day = new JstDay(new DateOnly(2031, 7, 9)); // a Wednesday
        Assert.True((await calendar.GetAsync(Cancellation)).IsBusinessDay(day));
        var answer = await browser.SubmitAsync(ServiceHost.Console, "/calendar?year=2031", [new("day", "2031-07-09"), new("open", "false"), new("note", "全館停電")], "/calendar/days");
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.Contains("全館停電", (await browser.FollowAsync(answer)).Body, StringComparison.Ordinal);
        var csv = (await browser.GetAsync(ServiceHost.Console, "/calendar/days.csv?year=2031")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + 365, csv.Length);
        Assert.Contains("\"2031-07-09\",\"水\",\"休業する\",\"全館停電\"", csv);
        Assert.Contains("\"2031-01-01\",\"水\",\"休業する\",\"元日\"", csv);
        Assert.Contains("\"2031-07-10\",\"木\",\"営業する\",\"\"", csv);
        var hours = await calendar.GetAsync(Cancellation);
        Assert.False(hours.IsBusinessDay(day));
        Assert.Equal(day.AddDays(1), hours.DayAfter(day.AddDays(-1), 1));
        await browser.SubmitAsync(ServiceHost.Console, "/calendar?year=2031", [new("day", "2031-07-09")], "/calendar/days/remove");
        Assert.True((await calendar.GetAsync(Cancellation)).IsBusinessDay(day));
        var told = await service.Server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE target = '2031-07-09' ORDER BY at");
        Assert.Equal(["calendar.day-set", "calendar.day-removed"], told);
    }

    [Fact]
    public async Task Put_Hours_AreUsedAndBadOnesRefused()
    {
        using var api = service.Tenants.CreateApiClient(service.Tenants.Operator);
        var usual = new { opens = "10:00", closes = "17:00", weekdays = new[] { 1, 2, 3, 4, 5 }, yearEndFrom = "12-29", yearEndTo = "01-03" };
        object[] bad =
        [
            usual with { opens = "17:00" }, usual with { opens = "25:00" }, usual with { weekdays = [] }, usual with { weekdays = [7] },
            usual with { yearEndFrom = "11-30" }, usual with { yearEndTo = "02-01" }, usual with { yearEndTo = "01-32" },
        ];
        foreach (var hours in bad) Assert.Equal(HttpStatusCode.UnprocessableEntity, (await api.PutAsJsonAsync("/api/v1/calendar/hours", hours, Cancellation)).StatusCode);
        var calendar = service.Server.Services.GetRequiredService<BusinessCalendar>();
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await api.PutAsJsonAsync("/api/v1/calendar/hours", usual with { opens = "09:30", weekdays = [1, 2, 3, 4, 5, 6] }, Cancellation)).StatusCode);
            var hours = await calendar.GetAsync(Cancellation);
            Assert.Equal(TimeSpan.FromHours(7.5), hours.HoursPerDay);
            Assert.True(hours.IsBusinessDay(new JstDay(new DateOnly(2026, 11, 28)))); // a Saturday
        }
        finally
        {
            await api.PutAsJsonAsync("/api/v1/calendar/hours", usual, Cancellation);
        }
        Assert.Equal(BusinessHoursSettings.Default.Opens, (await calendar.GetAsync(Cancellation)).Settings.Opens);
    }

    [Theory]
    [InlineData("2026-02-30", "x", HttpStatusCode.UnprocessableEntity)]
    [InlineData("2101-01-01", "x", HttpStatusCode.UnprocessableEntity)]
    [InlineData("2030-01-07", "", HttpStatusCode.UnprocessableEntity)]
    [InlineData("2030-01-07", "a\nb", HttpStatusCode.UnprocessableEntity)]
    public async Task Put_BadDay_IsRefused(string day, string note, HttpStatusCode expected)
    {
        using var api = service.Tenants.CreateApiClient(service.Tenants.Operator);
        Assert.Equal(expected, (await api.PutAsJsonAsync($"/api/v1/calendar/days/{day}", new { open = false, note }, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Change_ByACustomer_IsForbidden()
    {
        using var customer = service.Tenants.CreateApiClient(service.Tenants.A);
        Assert.Equal(HttpStatusCode.Forbidden, (await customer.PutAsJsonAsync("/api/v1/calendar/days/2030-01-07", new { open = false, note = "x" }, Cancellation)).StatusCode);
        using var browser = await service.Tenants.SignInToConsoleAsync(service.Tenants.A);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(ServiceHost.Console, "/calendar")).Status);
    }
}
