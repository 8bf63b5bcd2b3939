using System.Globalization;
using System.Text;
using Akashi.Platform.Hosting;

namespace Akashi.Host;

/// <summary>What must hold before the service may start.</summary>
internal static class StartChecks
{
    /// <summary>In invariant mode NFKC is skipped in silence and ja-JP does not exist: searches would miss full-width text.</summary>
    public static string? Globalisation()
    {
        var sound = "ＰＣ０１".Normalize(NormalizationForm.FormKC) == "PC01"
            && CultureInfo.GetCultureInfo("ja-JP").CompareInfo.Compare("あ", "ア", CompareOptions.IgnoreKanaType) == 0;
        return sound ? null : "ICU is missing. Run: apt-get install -y libicu72 (and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT)";
    }

    /// <summary>Fails closed: a production service's database would otherwise lie in the clear on a stolen disk.</summary>
    public static string? EncryptedVolume(ServerOptions options) =>
        !options.Production || options.AllowUnencryptedVolume || Volume.IsEncrypted(options.Data)
            ? null
            : $"'{options.Data}' is not on an encrypted volume (dm-crypt). Move it to one, or set allowUnencryptedVolume in config.json if the storage below encrypts.";

    /// <summary>A clock that a file can move would make every expiry and every evidence time worthless.</summary>
    public static string? RealClock(ServerOptions options) =>
        !options.Production || Environment.GetEnvironmentVariable(ShiftedClock.Variable) is null or ""
            ? null
            : $"{ShiftedClock.Variable} moves the clock for tests; a production service does not start with it. Unset it.";
}
