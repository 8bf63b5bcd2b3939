using System.Globalization;
using System.Text;

namespace Akashi.Endpoints.Terminals;

/// <summary>Folds a name the way searches compare it: full-width and half-width alike, case ignored.</summary>
internal static class SearchKey
{
    public static string Of(string text) => text.Normalize(NormalizationForm.FormKC).ToLower(CultureInfo.InvariantCulture);
}
