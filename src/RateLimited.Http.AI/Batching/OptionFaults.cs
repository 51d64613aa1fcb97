using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Batching;

/// <summary>All that is wrong in options that are set in code.</summary>
/// <param name="faults">Where faults are noted; null for a list of its own.</param>
/// <param name="path">Where the options stand; null where they stand by themselves.</param>
internal sealed class OptionFaults(FaultList? faults = null, string? path = null)
{
    private readonly FaultList _faults = faults ?? new FaultList();

    public void Add(string option, string value, string right) => _faults.Add(path is null ? option : $"{path}:{option}", value, right);

    public void Number(string option, long? value, NumberRange range)
    {
        if (value is { } number && !range.Contains(number))
        {
            Add(option, Fault.Quote(number), range.Right);
        }
    }

    public void Duration(string option, TimeSpan value, DurationRange range)
    {
        if (!range.Contains(value))
        {
            Add(option, Fault.Quote(value), range.Right);
        }
    }

    public void Choice<T>(string option, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(option, value.ToString(), string.Join(" or ", Enum.GetNames<T>()));
        }
    }

    /// <exception cref="OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public void ThrowIfAny(string name, Type options)
    {
        if (_faults.Count > 0)
        {
            throw new OptionsValidationException(name, options, _faults.Sentences());
        }
    }
}
