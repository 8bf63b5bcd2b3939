using Akashi.TestKit.Service;

namespace Akashi.TestKit.Crash;

/// <summary>What the service is doing at a moment, as its files show it.</summary>
public enum Phase
{
    /// <summary>An upload is being written.</summary>
    Receiving,
    /// <summary>An upload lies under its final name; its manifest is about to be committed.</summary>
    Archived,
    /// <summary>The indexer writes a segment.</summary>
    Flushing,
    /// <summary>A fresh segment lies under its final name; it is about to be published.</summary>
    Publishing,
    /// <summary>The merger, which has opened published segments, writes the one that takes their place.</summary>
    Merging,
    /// <summary>A merged segment lies under its final name; it is about to take the others' place.</summary>
    Replacing,
    /// <summary>The agent packs recorded lines.</summary>
    Packing,
    /// <summary>A packed batch of the agent waits and is being sent.</summary>
    Sending,
    /// <summary>The agent has been told that a batch is taken, and removes it.</summary>
    Removing,
}

/// <summary>Whom a kill hits.</summary>
public enum Victim
{
    Server,
    Agent,
    PostgreSql,
    /// <summary>One of PostgreSQL's processes that serve the application; PostgreSQL then ends all others and recovers.</summary>
    DatabaseBackend,
}

/// <param name="DelayMicroseconds">Waits so long after the phase was seen.</param>
public sealed record CrashPoint(Victim Victim, Phase Phase, int DelayMicroseconds)
{
    public string Program => Victim switch
    {
        Victim.Server => ServicePrograms.Server,
        Victim.Agent => ServicePrograms.Agent,
        _ => ServicePrograms.PostgreSql,
    };

    /// <summary>Each kind once, then again with other delays, in a chance order; the most telling ones come first.</summary>
    public static IReadOnlyList<CrashPoint> Plan(int kills, bool withAgent, Chance chance)
    {
        (Victim, Phase)[] kinds =
        [
            (Victim.Server, Phase.Archived), (Victim.PostgreSql, Phase.Publishing), (Victim.Server, Phase.Merging), (Victim.Agent, Phase.Sending),
            (Victim.PostgreSql, Phase.Archived), (Victim.Server, Phase.Publishing), (Victim.Server, Phase.Receiving), (Victim.Server, Phase.Flushing),
            (Victim.Agent, Phase.Packing), (Victim.Server, Phase.Replacing), (Victim.DatabaseBackend, Phase.Archived), (Victim.PostgreSql, Phase.Replacing),
            (Victim.Agent, Phase.Removing), (Victim.DatabaseBackend, Phase.Publishing), (Victim.PostgreSql, Phase.Merging),
        ];
        var points = new List<CrashPoint>();
        foreach (var (victim, phase) in Enumerable.Repeat(kinds, kills).SelectMany(all => all).Where(kind => withAgent || kind.Item1 != Victim.Agent).Take(kills))
            points.Add(new CrashPoint(victim, phase, points.Count < kinds.Length ? 0 : chance.Next(6000)));
        chance.Shuffle(points);
        return points;
    }
}
