using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

namespace Akashi.Portal.Contracts;

/// <summary>Groups of the navigation, in this order.</summary>
public enum NavigationSection
{
    /// <summary>Terminals and traces.</summary>
    Work,
    /// <summary>Users, roles, sessions, tokens.</summary>
    People,
    /// <summary>The contract, its settings, its audit log.</summary>
    Contract,
    /// <summary>Running the service: contracts, jobs, mail, health. For operators.</summary>
    Service,
}

/// <summary>A place that people can go to; modules register one for each of their main pages.</summary>
/// <param name="Host">Portal or console.</param>
/// <param name="Path">For example <c>/traces</c>.</param>
/// <param name="Permission">Who sees the entry.</param>
/// <param name="Icon">A name that <see cref="Icon"/> knows.</param>
/// <param name="Order">Position, lowest first.</param>
/// <param name="Text">Where the texts are.</param>
/// <param name="LabelKey">Text of the link; <c>LabelKey + "About"</c> says in a sentence what is found there.</param>
/// <param name="Section">Under which heading.</param>
public sealed record NavigationEntry(ServiceHost Host, string Path, Permission Permission, string Icon, int Order, PageText Text, string LabelKey, NavigationSection Section = NavigationSection.Work)
{
    public string Label => Text[LabelKey];

    public string About => Text[LabelKey + "About"];

    /// <summary>Address as seen from a page of another or the same host; the console is entered through the hand-off.</summary>
    public string AddressFrom(ServiceHost current, ServiceHosts hosts) => (current, Host) switch
    {
        _ when current == Host => Path,
        (ServiceHost.Portal, ServiceHost.Console) => $"/to/console?return={Uri.EscapeDataString(Path)}",
        _ => hosts.OriginOf(Host) + Path,
    };
}
