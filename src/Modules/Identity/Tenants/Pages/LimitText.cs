using System.Globalization;

namespace Akashi.Identity.Tenants.Pages;

internal static class LimitText
{
    public static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:#,0.##} MiB");
}
