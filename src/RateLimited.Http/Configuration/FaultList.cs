using Microsoft.Extensions.Options;

namespace RateLimited.Http.Configuration;

/// <summary>All that is wrong, found in one go.</summary>
internal sealed class FaultList
{
    /// <summary>Nobody reads more, and hostile configuration can hold millions.</summary>
    private const int MaxFaults = 200;

    private const int MaxPathLength = 400;

    private readonly List<Fault> _faults = [];
    private int _left;

    public int Count => _faults.Count;

    /// <summary>Those that are kept, one by one.</summary>
    public IReadOnlyList<Fault> All => _faults;

    /// <summary>How many more there are.</summary>
    public int Unlisted => _left;

    public void Add(string path, string value, string right)
    {
        if (_faults.Count < MaxFaults)
        {
            _faults.Add(new Fault(Fault.Excerpt(path, MaxPathLength), value, right));
        }
        else
        {
            _left++;
        }
    }

    /// <summary>Adds a number that is out of its range.</summary>
    public void Number(string path, long value, NumberRange range)
    {
        if (!range.Contains(value))
        {
            Add(path, Fault.Quote(value), range.Right);
        }
    }

    /// <summary>Adds a duration that is out of its range; none is in it.</summary>
    public void Duration(string path, TimeSpan? value, DurationRange range)
    {
        if (value is { } duration && !range.Contains(duration))
        {
            Add(path, Fault.Quote(duration), range.Right);
        }
    }

    /// <summary>Adds a choice that is none of its kind.</summary>
    public void Choice<T>(string path, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(path, Fault.Quote(value.ToString()), EnumText.Names<T>());
        }
    }

    /// <summary>The same; none is right.</summary>
    public void Choice<T>(string path, T? value)
        where T : struct, Enum
    {
        if (value is { } choice)
        {
            Choice(path, choice);
        }
    }

    /// <summary>The faults of reading, and of these those that are more than their consequence: at no place that could not be read, nor above or below one.</summary>
    public FaultList Over(FaultList reading)
    {
        if (reading.Count == 0)
        {
            return this;
        }

        var all = new FaultList { _left = reading._left + _left };
        all._faults.AddRange(reading._faults);
        foreach (var fault in _faults)
        {
            if (!reading._faults.Exists(other => Within(fault.Path, other.Path) || Within(other.Path, fault.Path)))
            {
                all._faults.Add(fault);
            }
        }

        return all;
    }

    public ValidateOptionsResult Result() => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(Sentences());

    public IReadOnlyList<string> Sentences()
    {
        var sentences = _faults.ConvertAll(static fault => fault.ToString());
        if (_left > 0)
        {
            sentences.Add($"{_left} more faults are not listed.");
        }

        return sentences;
    }

    private static bool Within(string path, string other) =>
        path.StartsWith(other, StringComparison.OrdinalIgnoreCase) && (path.Length == other.Length || path[other.Length] == ':');
}
