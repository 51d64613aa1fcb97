using System.Text;

namespace RateLimited.Http.Tool.Input;

/// <summary>The text of a log, whose lines are bounded and counted: a file of one endless line must not fill the memory.</summary>
/// <param name="path">The file, for what is said of it.</param>
/// <param name="text">What is in it.</param>
internal sealed class LogText(string path, TextReader text)
{
    /// <summary>A line of an access log is a few hundred characters long.</summary>
    public const int LongestLine = 64_000;

    private readonly StringBuilder _line = new();
    private int _length;
    private int _ended;

    /// <summary>The number of the line that was read last, in whole or in part.</summary>
    public int Line => _ended + (_length > 0 ? 1 : 0);

    /// <summary>The next character without taking it; negative at the end.</summary>
    public int Peek() => text.Peek();

    /// <summary>Takes the next character, if it is this one.</summary>
    public bool TryTake(char c)
    {
        var isNext = text.Peek() == c;
        if (isNext)
        {
            Take();
        }

        return isNext;
    }

    /// <summary>Takes the next character; negative at the end.</summary>
    /// <exception cref="BadInputException">The line is too long.</exception>
    public int Take()
    {
        var taken = text.Read();
        if (taken == '\n')
        {
            _ended++;
            _length = 0;
        }
        else if (taken >= 0 && ++_length > LongestLine)
        {
            throw new BadInputException($"{InputFile.Shown(path)}, line {_ended + 1}: more than {LongestLine} characters → at most so many.");
        }

        return taken;
    }

    /// <summary>Takes the rest of the line, without its end; null at the end of the text.</summary>
    /// <exception cref="BadInputException">The line is too long.</exception>
    public string? TakeLine()
    {
        _line.Clear();
        int taken;
        while ((taken = Take()) >= 0 && taken != '\n')
        {
            _line.Append((char)taken);
        }

        return taken < 0 && _line.Length == 0 ? null : _line.ToString();
    }
}
