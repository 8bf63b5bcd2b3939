using System.Text;
using System.Xml.Linq;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Akashi.Platform.Web;

/// <summary>Keeps the keys of form tokens in the database, sealed under the master key, so that all nodes share them.</summary>
internal sealed class WebKeys(AkashiDatabase database, KeyStore keys) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var rows = database.QueryBeforeTenantAsync<(string Name, byte[] Sealed)>("SELECT name, sealed FROM platform.web_key ORDER BY created_at").GetAwaiter().GetResult();
        return [.. rows.Select(row => XElement.Parse(Encoding.UTF8.GetString(keys.Open("web-key/" + row.Name, row.Sealed))))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var sealedKey = keys.Seal("web-key/" + friendlyName, Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)));
        database.ExecuteBeforeTenantAsync(
            "INSERT INTO platform.web_key (name, sealed) VALUES (@friendlyName, @sealedKey) ON CONFLICT (name) DO NOTHING",
            new { friendlyName, sealedKey }).GetAwaiter().GetResult();
    }
}
