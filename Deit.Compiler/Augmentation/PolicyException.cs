using System;

namespace Deit.Compiler.Augmentation;

/// <summary>What is wrong with a policy string; it does not leave <see cref="PolicyGrammar"/>.</summary>
internal sealed class PolicyException(string message) : Exception(message);
