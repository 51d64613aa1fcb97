using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Batching;

/// <summary>All that is wrong in options that are set in code.</summary>
internal sealed class OptionFaults
{
    private readonly FaultList _faults = new();

    public void Add(string option, string value, string right) => _faults.Add(option, value, right);

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
