using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What of a service outlives the process.</summary>
internal sealed partial class BoundService
{
    /// <summary>What outlives this process; null where nothing does.</summary>
    public KeptService? Kept => _kept;

    /// <summary>Goes on with what another process left behind, as after a reload of what that had.</summary>
    private Routes Continue(KeptService kept, ServiceDefinition definition)
    {
        Routes? routes = null;
        IReadOnlyList<BoundLimit> left = [];
        _store.Change(() =>
        {
            (_pause, _exhaustion) = (kept.Pause, kept.Exhaustion);
            _isExhausted = _exhaustion.IsHeld;
            _limits = [.. left = kept.TakeOver(() => _limits, Form)];
            Believe(definition);
            routes = Bind(definition);
        });
        foreach (var dropped in left.Except(_limits))
        {
            dropped.Table?.Dispose();
        }

        return routes!;
    }

    private void Form(StateForm form)
    {
        _pause.Form(form);
        _exhaustion.Form(form);
    }
}
