namespace RateLimited.Http.Admission;

/// <summary>Taking a new definition while requests wait and are under way.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>Takes a new definition, or what was learned since under the present one: limits keep their state, and whoever waits is asked for anew by it.</summary>
    public void Apply(ServiceDefinition? definition = null) => Apply(_ => definition ?? Definition);

    /// <summary>Takes a definition that is made while nothing decides: nobody goes by keys that are new and limits that are old. Gets the time on the limits' clock.</summary>
    public void Apply(Func<long, ServiceDefinition> define)
    {
        var done = new LeavingTickets();
        using (HoldLine())
        {
            foreach (var limit in Bind(define))
            {
                limit.Table?.Dispose();
            }

            var next = Definition;
            _line.Rebuild(next.Queue, ticket =>
            {
                var request = ticket.Request;
                ticket.Unresolve();
                ticket.Resolve(_service.PlanOf(request), request);
            });
            if (next.Mode == RateLimitMode.Enforce)
            {
                Look(ref done);
            }
            else
            {
                LetEverybodyGo(ref done);
            }
        }

        CompleteAll(ref done);
    }

    /// <summary>Returns the limits that are there no more.</summary>
    private IReadOnlyList<BoundLimit> Bind(Func<long, ServiceDefinition> define)
    {
        IReadOnlyList<BoundLimit> dropped = [];
        _store.Change(() =>
        {
            var now = _store.Clock.Now;
            dropped = _service.Apply(define(now));
            _service.Shared?.TellRests(now);
        });
        return dropped;
    }
}
