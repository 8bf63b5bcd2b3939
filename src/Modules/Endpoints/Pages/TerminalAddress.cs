using System.Globalization;
using Akashi.Endpoints.Terminals;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Endpoints.Pages;

/// <summary>What the address of the terminal list says.</summary>
internal sealed record TerminalAddress(string Search, TerminalSort Sort, bool Descending, int Number)
{
    public const int PageSize = 100;
    private const int MaximumSearch = 255;
    private const int MaximumPage = 100_000;

    public static TerminalAddress Read(IQueryCollection query)
    {
        var search = query["q"].ToString().Trim();
        var text = query["sort"].ToString();
        var descending = text.StartsWith('-');
        var known = Enum.TryParse<TerminalSort>(text.TrimStart('-'), ignoreCase: true, out var sort) && Enum.IsDefined(sort);
        var page = int.TryParse(query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 1, MaximumPage) : 1;
        return new TerminalAddress(search.Length <= MaximumSearch ? search : search[..MaximumSearch], known ? sort : TerminalSort.ComputerName, known && descending, page);
    }

    public TerminalListRequest ToRequest() => new(Search, Sort, Descending, Number, PageSize);

    /// <summary>The same column again turns the order round.</summary>
    public TerminalAddress SortedBy(TerminalSort sort) => this with { Sort = sort, Descending = sort == Sort ? !Descending : sort != TerminalSort.ComputerName, Number = 1 };

    public string ToPage() => AddressOf(EndpointsPages.Path);

    public string ToDownload() => AddressOf(EndpointsPages.Path + "/table.csv");

    public string SortText => (Descending ? "-" : "") + Sort.ToString();

    private string AddressOf(string path)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Search.Length > 0) parameters["q"] = Search;
        if (Sort != TerminalSort.ComputerName || Descending) parameters["sort"] = SortText;
        if (Number > 1) parameters["page"] = Number.ToString(CultureInfo.InvariantCulture);
        return QueryHelpers.AddQueryString(path, parameters);
    }
}
