using System.Globalization;
using Akashi.Platform.Retention;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Retention;

/// <summary>GET /retention/deletions.csv on the console: what was deleted, newest first, at most 100 000 records.</summary>
internal static class DownloadDeletions
{
    private const int PageSize = 200;
    private const int MaximumPages = 500;
    private static readonly string[] Columns = ["DeletedAt", "Class", "Day", "Items", "Bytes", "Digest"];

    public static async Task HandleAsync(HttpContext context, RetentionBook book, CancellationToken cancellation)
    {
        await using var csv = Csv.Answer(context, "deletions.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        Guid? before = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            var found = await book.DeletionsAsync(context.Caller().Tenant, before, PageSize, cancellation);
            foreach (var one in found)
                await csv.WriteAsync(Jst.Second(one.DeletedAt), ShowRetention.NameOf(one.Class), one.Day.ToString(), one.Items.ToString(CultureInfo.InvariantCulture), one.Bytes.ToString(CultureInfo.InvariantCulture), one.Digest.ToString());
            if (found.Count < PageSize) return;
            before = found[^1].Id;
        }
    }
}
