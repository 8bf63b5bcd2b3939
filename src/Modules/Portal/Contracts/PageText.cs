using System.Globalization;
using System.Resources;

namespace Akashi.Portal.Contracts;

/// <summary>Texts of one module from its <c>Text.resx</c> (Japanese) and <c>Text.en.resx</c>, in the language of the request.</summary>
/// <param name="owner">A type in the assembly and namespace of the resource <c>Text</c>.</param>
public sealed class PageText(Type owner)
{
    private readonly ResourceManager _resources = new(owner.Namespace + ".Text", owner.Assembly);

    /// <exception cref="InvalidOperationException">There is no such text: a typing error, found by the first look at the page.</exception>
    public string this[string key] => _resources.GetString(key, CultureInfo.CurrentUICulture)
        ?? throw new InvalidOperationException($"'{owner.Namespace}.Text' has no text '{key}'. Add it to Text.resx and Text.en.resx.");

    public string Format(string key, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.CurrentCulture, this[key], values);
}
