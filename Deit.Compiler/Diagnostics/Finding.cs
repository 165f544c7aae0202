using System.Linq;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Diagnostics;

/// <summary>A broken rule at a place.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Place">What is to blame.</param>
/// <param name="Message">What was found, what would be accepted, and the nearest fix.</param>
public sealed record Finding(Rule Rule, Place Place, string Message)
{
    /// <summary>The values that would mend it, keys spelled as the front end does; empty where there are none.</summary>
    public EquatableArray<Fix> Fixes { get; init; }

    /// <summary>As compilers print it: <c>file(line,column): error DEITnnn: message</c>.</summary>
    public override string ToString() => $"{Place}: error {Rule.Id}: {Message}";
}

/// <summary>
/// A broken rule at a key, whose place is not known yet: the compiler works on values alone, so that moving a declaration
/// about its file compiles nothing anew.
/// </summary>
/// <param name="Rule">The rule.</param>
/// <param name="Path">The dotted path of the key whose value is to blame.</param>
/// <param name="Message">The message; keys in braces are spelled as the front end does.</param>
public sealed record SpecFinding(Rule Rule, string Path, string Message)
{
    /// <summary>The values that would mend it, one of which suffices; empty where there are none.</summary>
    public EquatableArray<Fix> Fixes { get; init; }

    /// <summary>Whether the key is to blame rather than its value.</summary>
    public bool AtKey { get; init; }

    /// <summary>The finding at its place.</summary>
    public Finding At(PlaceMap places) => new(Rule, AtKey ? places.KeyOf(Path) : places.ValueOf(Path), Spelling.Message(Message, places.Dialect))
    {
        Fixes = new(Fixes.Select(fix => fix with { Path = Spelling.Key(fix.Path, places.Dialect) })),
    };
}
