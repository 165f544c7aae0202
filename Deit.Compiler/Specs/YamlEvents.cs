using System;
using System.IO;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Deit.Compiler.Specs;

/// <summary>The events of a YAML text one by one, with offsets into the text.</summary>
/// <param name="text">The text.</param>
internal sealed class YamlEvents(string text)
{
    private readonly Parser _parser = new(new StringReader(text));

    /// <summary>The event that is read next.</summary>
    public ParsingEvent Current => _parser.Current!;

    /// <summary>The offset of its first character.</summary>
    public int Start => OffsetOf(Current.Start);

    /// <summary>The offset after its last character; never before <see cref="Start"/>.</summary>
    public int End => Math.Max(OffsetOf(Current.End), Start);

    /// <summary>Goes on to the next event.</summary>
    /// <exception cref="UnreadableYamlException">The text is not YAML from here on.</exception>
    public void Next()
    {
        int last = _parser.Current is null ? 0 : End;
        try
        {
            if (!_parser.MoveNext()) throw new UnreadableYamlException(last, last, "the file ends too early");
        }
        catch (YamlException exception)
        {
            throw new UnreadableYamlException(OffsetOf(exception.Start), OffsetOf(exception.End), Sentence(exception));
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet throws this, without a mark, where a flow collection is never closed.
            throw new UnreadableYamlException(last, last, "a '{' or '[' before this point is never closed");
        }
        catch (Exception exception) when (exception is not (UnreadableYamlException or OutOfMemoryException))
        {
            // Its scanner checks neither every escape nor every directive before it converts them.
            throw new UnreadableYamlException(last, last, $"what follows is not YAML ({exception.Message.TrimEnd('.')})");
        }
    }

    private int OffsetOf(Mark mark) => (int)Math.Min(Math.Max(mark.Index, 0), text.Length);

    private static string Sentence(YamlException exception)
    {
        string message = (exception.InnerException ?? exception).Message;
        int mark = message.IndexOf("): ", StringComparison.Ordinal);
        return (mark < 0 ? message : message.Substring(mark + 3)).TrimEnd('.');
    }
}

/// <summary>A text that cannot be read as YAML.</summary>
/// <param name="start">The offset of what is to blame.</param>
/// <param name="end">The offset after it.</param>
/// <param name="reason">Why.</param>
internal sealed class UnreadableYamlException(int start, int end, string reason) : Exception(reason)
{
    /// <summary>The offset of what is to blame.</summary>
    public int Start { get; } = start;

    /// <summary>The offset after it.</summary>
    public int End { get; } = end;
}
