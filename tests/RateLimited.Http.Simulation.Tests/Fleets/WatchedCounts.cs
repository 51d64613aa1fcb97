using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>The real counts of one service in one life of a process, and what the world knows of them.</summary>
internal sealed class WatchedCounts(World world, string name, FleetProcess process, ISharedCounts counts) : ISharedCounts
{
    private readonly List<(long From, long To)> _alone = [];

    /// <summary>The process and the service.</summary>
    public string Name => name;

    /// <summary>The process in this life.</summary>
    public string Life => process.Label;

    public bool IsAlive => process.IsAlive;

    /// <summary>Whether the process decides alone.</summary>
    public bool IsAlone => _alone is [.., (_, long.MaxValue)];

    /// <summary>How often it began to.</summary>
    public int TimesAlone => _alone.Count;

    /// <summary>When the store last heard that it lives.</summary>
    public long HeardAt { get; private set; } = world.Now;

    /// <summary>When the store heard of it again after it may have taken it for dead.</summary>
    public long LapsedAt { get; private set; } = long.MinValue;

    /// <summary>The server that is asked, and the one that answered last; null before one did.</summary>
    public FleetServer? Asked { get; set; }

    public FleetServer? Answered { get; private set; }

    /// <summary>Whether what it tells now says that it lives.</summary>
    public bool Joins { get; private set; }

    public TimeSpan RemembersFor => counts.RemembersFor;

    public async Task ExchangeAsync(SharedExchange exchange, bool isRetry)
    {
        Joins = exchange.Join;
        process.NoteValidity(exchange.Validity);
        try
        {
            await counts.ExchangeAsync(exchange, isRetry).ConfigureAwait(false);
        }
        catch (SharedStoreException failure)
        {
            world.Note($"{name} is not answered{(isRetry ? " once more" : "")}: {failure.Message}");
            if (failure.Passes && (isRetry || !failure.MayBeDone) && !IsAlone)
            {
                _alone.Add((world.Now, long.MaxValue));
            }

            throw;
        }

        if (Answered is not null && Answered != Asked)
        {
            process.ChangeServer();
        }

        Answered = Asked;
        if (IsAlone)
        {
            _alone[^1] = (_alone[^1].From, world.Now);
        }

        world.Note($"{name} {(exchange.Join ? "joins, " : "")}{(exchange.HasForgotten ? "finds itself forgotten, " : "")}tells {exchange.Notes.Count}, {string.Join(", ", exchange.Questions.Select(Text))}");
        if (isRetry && world.SpendsTwice)
        {
            SpendTwice(exchange);
        }
    }

    /// <summary>Whether it decided alone at an instant.</summary>
    public bool WasAlone(long instant) => _alone.Exists(alone => instant >= alone.From && instant <= alone.To);

    /// <summary>That it lives was heard.</summary>
    public void Heard(long longest)
    {
        LapsedAt = world.Now - HeardAt >= longest ? world.Now : LapsedAt;
        HeardAt = world.Now;
    }

    private static string Text(SharedQuestion question) => question.IsGranted
        ? $"has {string.Join(" and ", question.Wants.Select(static want => $"{want.Granted} of '{want.Balance.Partition.Limit.Definition.Name}'"))}"
        : $"is refused for {question.Wait}";

    /// <summary>As if the answer that was lost had been heard as well as the one that came.</summary>
    private static void SpendTwice(SharedExchange exchange)
    {
        foreach (var question in exchange.Questions.Where(static question => question.IsGranted))
        {
            foreach (ref var want in question.Wants.AsSpan())
            {
                want.Granted *= 2;
            }
        }
    }
}
