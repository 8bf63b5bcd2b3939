using System.Globalization;
using System.Text;
using Akashi.Supervisor;

namespace Akashi.Cli.Doctor;

/// <summary>Without ICU full-width letters are not folded, and searches miss them in silence.</summary>
internal static class GlobalisationCheck
{
    public static Finding Run()
    {
        var folds = "ＰＣ０１".Normalize(NormalizationForm.FormKC) == "PC01";
        var japanese = CultureInfo.GetCultureInfo("ja-JP").CompareInfo.Compare("あ", "ア", CompareOptions.IgnoreKanaType) == 0;
        return folds && japanese
            ? Finding.Ok("ICU", Words.Say("NFKC and ja-JP work", "NFKC と ja-JP が使えます"))
            : Finding.Fail("ICU", Words.Say("missing or switched off", "ないか、無効になっています"), Words.Say("sudo apt-get install -y libicu72 (the number depends on the Debian version), and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "sudo apt-get install -y libicu72 (番号は Debian の版による) を実行し、DOTNET_SYSTEM_GLOBALIZATION_INVARIANT を外してください"));
    }
}
