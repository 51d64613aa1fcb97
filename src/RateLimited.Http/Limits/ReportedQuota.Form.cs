namespace RateLimited.Http.Limits;

/// <summary>What is known of a reported limit after the process that heard of it.</summary>
internal sealed partial class ReportedQuota
{
    public void Form(StateForm form)
    {
        form.Number(ref _charged);
        form.Number(ref _underWay);
        form.Number(ref _left);
        form.Instant(ref _resetAt);
        form.Number(ref _chargedBefore);
        form.Number(ref _refused);
        form.Flag(ref _isAssumed);
        form.Number(ref _limit);
        FormWindow(form);
        form.Number(ref _newest);
        form.Instant(ref _heardAt);
        form.Instant(ref _earlierReset);
        _others.Form(form);

        // Who asks first is left out: whoever comes after a silence asks anew.
        FormLevels(form);
        if (form.IsReading)
        {
            End();
        }
    }

    /// <summary>Whether the window was said or is only bounded was never kept: whoever hears of it again says so.</summary>
    private void FormWindow(StateForm form)
    {
        var window = Window;
        form.Number(ref window);
        _window = form.IsReading ? RefillWindow.Taken(window) : _window;
    }

    private void FormLevels(StateForm form)
    {
        if (!form.Has(_bucket is not null))
        {
            return;
        }

        if (form.IsReading)
        {
            (_limit, _window) = (Math.Clamp(_limit, 1, LargestLimit), RefillWindow.Taken(Math.Clamp(Window, 1, RefillWindow.Longest)));
            _bucket = new TokenBucket(_limit, Window, _limit);
        }

        form.Flag(ref _hasLooser);
        _bucket!.Form(ref _level, form);
        _bucket.Form(ref _looser, form);
    }

    /// <summary>What was under way is under way no more. Nobody will say whether the upstream counted it: as if it had.</summary>
    private void End()
    {
        _left = IsBounded ? Math.Max(_left - _underWay, 0) : _left;
        _underWay = 0;
    }
}
