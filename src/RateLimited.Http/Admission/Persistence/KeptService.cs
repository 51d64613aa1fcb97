using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>What is kept of one service: before anybody asks for it what another process left behind, and from then on what it counts. Only under the store's gate, but for what is said otherwise.</summary>
/// <param name="name">The service; empty for what all services share.</param>
/// <param name="keeper">Who writes.</param>
internal sealed class KeptService(string name, Keeper keeper)
{
    private Func<IReadOnlyList<BoundLimit>>? _counted;
    private Action<StateForm>? _form;
    private string? _fault;

    public string Name { get; } = name;

    /// <summary>The limits that were left behind, until they are taken over.</summary>
    public List<BoundLimit> Left { get; } = [];

    /// <summary>The limits that responses told of, wherever they were told.</summary>
    public ReportedLimits Reported { get; } = new();

    public QuotaGroups Quotas { get; } = new();

    /// <summary>The pause that was left behind.</summary>
    public Pause Pause;

    /// <summary>The quota that was left used up.</summary>
    public Exhaustion Exhaustion;

    /// <summary>Whom to wake when more has been written. Set by whoever takes the service over.</summary>
    public Action Wake { get; set; } = static () => { };

    /// <summary>Says that the disk fails, and why, or with null that it works again.</summary>
    public Action<string?> Tell { get; set; } = static _ => { };

    /// <summary>For how long whoever finds too little written waits before it looks again, unless it is woken.</summary>
    public long Patience => keeper.Patience;

    /// <summary>Whether requests go without having been written: the disk fails, and that is what is wanted then.</summary>
    public bool GoesOn => keeper.GoesOn;

    /// <summary>What happens when the disk fails.</summary>
    public string FailureMode => keeper.Settings.OnFailure.ToString();

    /// <summary>When it was found that something is lost that had been written; null where nothing is.</summary>
    public Moment? DoubtedAt => keeper.DoubtedAt;

    /// <summary>All limits that are kept.</summary>
    public IReadOnlyList<BoundLimit> Limits => _counted?.Invoke() ?? Left;

    /// <summary>The limits, as rules that are written before they are charged.</summary>
    public IReadOnlyList<LimitDefinition> Keep(IReadOnlyList<LimitDefinition> limits) => [.. limits.Select(Keep)];

    public LimitDefinition Keep(LimitDefinition limit) => limit.PaceOf is null && KeptRule.CanBe(limit.Rule) ? limit with { Rule = new KeptRule(limit.Rule, this) } : limit;

    /// <summary>Somebody counts from here on. Returns the limits that were left behind, for it to continue.</summary>
    /// <param name="counted">All limits that it counts.</param>
    /// <param name="form">Goes over what holds it up as a whole; null where nothing does.</param>
    public IReadOnlyList<BoundLimit> TakeOver(Func<IReadOnlyList<BoundLimit>> counted, Action<StateForm>? form = null)
    {
        IReadOnlyList<BoundLimit> left = [.. Left];
        Left.Clear();
        (_counted, _form) = (counted, form);
        keeper.Changed();
        return left;
    }

    /// <summary>Limits have become others.</summary>
    public void Changed() => keeper.Changed();

    /// <summary>Lets what can be be written at once, before anybody asks for it.</summary>
    public void Begin()
    {
        keeper.Prime(this);
        keeper.Step();
    }

    /// <summary>Goes over what holds the service up as a whole.</summary>
    public void Form(StateForm form)
    {
        if (_form is not null)
        {
            _form(form);
            return;
        }

        Pause.Form(form);
        Exhaustion.Form(form);
    }

    /// <summary>Says that the disk fails, and why, or with null that it works again; once.</summary>
    public void TellOf(string? fault)
    {
        if (fault is null != _fault is null)
        {
            _fault = fault;
            Tell(fault);
        }
    }

    /// <summary>More is to be written, for somebody waits for it or soon will.</summary>
    public void Write(KeptState state) => keeper.Write(state);

    /// <summary>What has changed is to be written when it is convenient.</summary>
    public void WriteSoon(KeptState state) => keeper.WriteSoon(state);
}
