using System;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Graphs;

/// <summary>A graph that cannot be: thrown by shape rules, and told its place on its way out.</summary>
internal sealed class GraphException : Exception
{
    private readonly string _place;
    private readonly string _reason;

    /// <summary>Makes the exception where the rule is broken.</summary>
    public GraphException(Rule rule, string reason)
        : this(rule, "", reason)
    {
    }

    private GraphException(Rule rule, string place, string reason)
        : base(place.Length == 0 ? reason : $"{place}: {reason}")
    {
        Rule = rule;
        _place = place;
        _reason = reason;
    }

    /// <summary>The rule that is broken.</summary>
    public Rule Rule { get; }

    /// <summary>Refuses inputs whose shapes do not fit.</summary>
    public static GraphException Shape(string reason) => new(Rules.ShapeMismatch, reason);

    /// <summary>The same error with its place in the enclosing block: <c>blocks.0.attn: …</c></summary>
    public GraphException Inside(string member) => new(Rule, Block.Join(member, _place), _reason);
}
